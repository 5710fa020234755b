# SPDX-License-Identifier: GPL-2.0-only
# liboom_embedded, shared and static. Only oom_embedded_* can be seen from outside.
# Each file of lib/ calls those after it only.
LIB_SRCS = lib/callback.c lib/event.c lib/oom_embedded.c common/words.c common/sysfs.c common/uevent.c
LIB_SONAME = liboom_embedded.so.1
LIB_FILE = liboom_embedded.so.$(VERSION)
OBJCOPY ?= objcopy
SED ?= sed

TARGETS += $(O)/liboom_embedded.a $(O)/liboom_embedded.pc
INSTALLS += $(O)/liboom_embedded.a:$(LIBDIR)/liboom_embedded.a:644 \
	$(O)/liboom_embedded.pc:$(LIBDIR)/pkgconfig/liboom_embedded.pc:644 \
	../include/oom_embedded.h:$(INCLUDEDIR)/oom_embedded.h:644

ifneq ($(STATIC),1)
TARGETS += $(O)/$(LIB_FILE)
INSTALLS += $(O)/$(LIB_FILE):$(LIBDIR)/$(LIB_FILE):755
LINKS += $(LIB_FILE):$(LIBDIR)/$(LIB_SONAME) $(LIB_SONAME):$(LIBDIR)/liboom_embedded.so
endif

$(O)/$(LIB_FILE): $(call objects,$(LIB_SRCS)) lib/liboom_embedded.map
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared -Wl,-soname,$(LIB_SONAME) \
		-Wl,--version-script,lib/liboom_embedded.map -Wl,-z,defs \
		-o $@ $(filter %.o,$^)
	ln -sfn $(LIB_FILE) $(O)/$(LIB_SONAME)
	ln -sfn $(LIB_SONAME) $(O)/liboom_embedded.so

$(O)/liboom_embedded.a: $(call objects,$(LIB_SRCS))
	$(LD) -r -o $(O)/lib/all.o $^
	$(OBJCOPY) --wildcard --keep-global-symbol='oom_embedded_*' $(O)/lib/all.o
	rm -f $@
	$(AR) rcs $@ $(O)/lib/all.o

$(O)/liboom_embedded.pc: lib/liboom_embedded.pc.in $(O)/paths
	@mkdir -p $(@D)
	$(SED) -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' $< >$@
