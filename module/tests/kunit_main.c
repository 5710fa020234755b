// SPDX-License-Identifier: GPL-2.0-only
/*
 * The suites, in a module of their own: kunit_test_suites() brings its own
 * module_init() on 5.10.
 */
#include <kunit/test.h>
#include <linux/module.h>

extern struct kunit_suite oe_policy_suite;
extern struct kunit_suite oe_parse_suite;
extern struct kunit_suite oe_rank_suite;
extern struct kunit_suite oe_group_suite;
extern struct kunit_suite oe_watermark_suite;
extern struct kunit_suite oe_forecast_suite;
extern struct kunit_suite oe_available_suite;
extern struct kunit_suite oe_swap_cost_suite;
extern struct kunit_suite oe_limit_suite;
extern struct kunit_suite oe_kill_table_suite;
extern struct kunit_suite oe_blocks_suite;
extern struct kunit_suite oe_gate_suite;
extern struct kunit_suite oe_adj_suite;
extern struct kunit_suite oe_stall_suite;
extern struct kunit_suite oe_pause_suite;
extern struct kunit_suite oe_arguments_suite;
extern struct kunit_suite oe_record_suite;
extern struct kunit_suite oe_report_log_suite;
extern struct kunit_suite oe_memory_report_suite;
extern struct kunit_suite oe_pending_suite;
extern struct kunit_suite oe_retired_suite;
extern struct kunit_suite oe_storm_suite;
extern struct kunit_suite oe_enforce_suite;
extern struct kunit_suite oe_domain_suite;
extern struct kunit_suite oe_request_suite;
extern struct kunit_suite oe_early_suite;
extern struct kunit_suite oe_hold_suite;
extern struct kunit_suite oe_guard_suite;
extern struct kunit_suite oe_purpose_suite;
extern struct kunit_suite oe_watchdog_suite;
extern struct kunit_suite oe_detour_suite;
extern struct kunit_suite oe_decide_suite;
extern struct kunit_suite oe_snapshot_suite;
extern struct kunit_suite oe_cgroup_stall_suite;
extern struct kunit_suite oe_cgroup_counts_suite;
extern struct kunit_suite oe_read_time_suite;

kunit_test_suites(&oe_policy_suite, &oe_parse_suite, &oe_rank_suite,
		  &oe_group_suite, &oe_watermark_suite, &oe_forecast_suite,
		  &oe_available_suite, &oe_swap_cost_suite, &oe_limit_suite,
		  &oe_kill_table_suite, &oe_blocks_suite, &oe_gate_suite,
		  &oe_adj_suite, &oe_stall_suite, &oe_pause_suite,
		  &oe_arguments_suite, &oe_record_suite, &oe_report_log_suite,
		  &oe_memory_report_suite, &oe_storm_suite, &oe_enforce_suite,
		  &oe_domain_suite, &oe_request_suite, &oe_early_suite,
		  &oe_hold_suite, &oe_guard_suite, &oe_purpose_suite,
		  &oe_watchdog_suite, &oe_detour_suite, &oe_decide_suite,
		  &oe_snapshot_suite, &oe_cgroup_stall_suite,
		  &oe_cgroup_counts_suite, &oe_read_time_suite,
		  &oe_pending_suite, &oe_retired_suite);

MODULE_DESCRIPTION("KUnit suites of oom_embedded");
MODULE_LICENSE("GPL");
