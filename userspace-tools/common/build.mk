# SPDX-License-Identifier: GPL-2.0-only
# Sources that the programs and the library share.
COMMON_SRCS = common/words.c common/sysfs.c common/feature.c common/change.c common/change_stage.c common/stage.c common/rule.c common/records.c common/records_text.c \
	common/file.c common/limit_create.c common/limit_name.c common/proc.c common/commit.c common/config_unit.c

# The reader of the configuration needs inih; its users link CONFIG_LIBS.
ifeq ($(WITH_INIH),1)
COMMON_SRCS += common/config.c common/config_section.c common/config_module.c \
	common/config_manager.c common/config_key.c common/config_value.c common/config_check.c \
	common/config_text.c common/config_step.c common/config_condition.c common/refusal.c \
	common/manager_state.c common/trend.c common/config_ranking.c common/config_unit_path.c common/ranking_groups.c common/unit_ranks.c \
	common/made_groups.c
CONFIG_LIBS := $(shell $(PKG_LIBS) inih)
endif

COMMON_OBJECTS = $(call objects,$(COMMON_SRCS))
