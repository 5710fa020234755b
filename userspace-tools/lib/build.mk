# SPDX-License-Identifier: GPL-2.0-only
# liboom_embedded, shared and static. Only oom_embedded_* can be seen from outside.
# Each file of lib/ calls those after it only.
LIB_SRCS = lib/callback.c lib/event.c lib/oom_embedded.c lib/self.c common/words.c common/sysfs.c common/feature.c common/uevent.c
LIB_SONAME = liboom_embedded.so.1
LIB_FILE = liboom_embedded.so.$(VERSION)

TARGETS += $(O)/liboom_embedded.a $(O)/liboom_embedded.pc
INSTALLS += $(O)/liboom_embedded.a:$(LIBDIR)/liboom_embedded.a:644 \
	$(O)/liboom_embedded.pc:$(PKGCONFIGDIR)/liboom_embedded.pc:644 \
	../include/oom_embedded.h:$(INCLUDEDIR)/oom_embedded.h:644 \
	../include/uapi/oom_embedded.h:$(INCLUDEDIR)/linux/oom_embedded.h:644

ifneq ($(STATIC),1)
TARGETS += $(O)/$(LIB_FILE)
INSTALLS += $(O)/$(LIB_FILE):$(LIBDIR)/$(LIB_FILE):755
LINKS += $(LIB_FILE):$(LIBDIR)/$(LIB_SONAME) $(LIB_SONAME):$(LIBDIR)/liboom_embedded.so
endif

$(O)/$(LIB_FILE): $(call objects,$(LIB_SRCS)) lib/liboom_embedded.map $(O)/flags
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared -Wl,-soname,$(LIB_SONAME) \
		-Wl,--version-script,lib/liboom_embedded.map -Wl,-z,defs \
		-o $@ $(filter %.o,$^)
	ln -sfn $(LIB_FILE) $(O)/$(LIB_SONAME)
	ln -sfn $(LIB_SONAME) $(O)/liboom_embedded.so

# The static library is one object, of one source that includes all others. In it everything that
# only they share is static, because a prototype without "static" takes the linkage of the one
# before it. So no tool has to look into the object. It is built without LTO, so that every program
# can be linked with it, and position independent for the same reason.
LIB_HEADERS = common/sysfs.h common/feature.h common/uevent.h common/words.h lib/handle.h
$(O)/lib/whole.c: $(LIB_HEADERS) $(LIB_SRCS) lib/build.mk
	@mkdir -p $(@D)
	{ $(SED) -E -e 's/^((const )?[a-z_]+ [a-z_ ]*\**oe_[a-z_]+\()/static \1/' \
		$(LIB_HEADERS) && \
		printf '#include "%s"\n' $(LIB_SRCS); } >$@

$(O)/lib/whole.o: $(O)/lib/whole.c $(O)/flags
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -fPIC -fno-lto -Wno-unused-function -c -o $@ $<

$(O)/liboom_embedded.a: $(O)/lib/whole.o
	rm -f $@
	$(AR) rcsD $@ $^

$(O)/liboom_embedded.pc: lib/liboom_embedded.pc.in $(O)/paths
	@mkdir -p $(@D)
	$(SED) -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' $< >$@
