# SPDX-License-Identifier: GPL-2.0-only
# Without the distro feature this layer changes nothing of others.
require ${@bb.utils.contains('DISTRO_FEATURES', 'oom-embedded', 'packagegroup-core-boot-oom-embedded.inc', '', d)}
