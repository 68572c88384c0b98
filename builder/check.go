package builder

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/samber/lo"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Finding is the result of checking one part of this machine.
type Finding struct {
	Part string
	OK   bool
	// Detail says what was found. Advice says what to do where it is not OK. Both are sentences without their full stop.
	Detail, Advice string
}

// Check tells whether this machine can build as configured. It leaves nothing behind, and may run beside a builder.
func Check(config Config) []Finding {
	return []Finding{checkSettings(config), checkPrograms(config), checkLimits(), checkRange(config), checkSpace(config)}
}

func checkSettings(config Config) Finding {
	_, _, err := config.listenAddress()
	if err = errors.Join(config.check(), err); err != nil {
		return Finding{Part: "settings", Detail: "a builder would not start with these settings", Advice: err.Error()}
	}

	return Finding{Part: "settings", OK: true, Detail: "workers reach it at " + config.Listen.String()}
}

func checkPrograms(config Config) Finding {
	found, err := Programs{Buildkitd: config.Buildkitd, Runc: config.Runc, CNI: config.CNI}.find()
	if err != nil {
		return Finding{Part: "programs", Detail: "what builds run with is missing", Advice: err.Error()}
	}

	return Finding{Part: "programs", OK: true, Detail: fmt.Sprintf("%s, %s and the CNI plugins in %s", found.Buildkitd, found.Runc, found.CNI)}
}

// checkLimits looks for the controllers of control groups by which builds are limited. Without them a builder starts, and builds have no limits.
func checkLimits() Finding {
	missing := lo.Reject([]string{"cpu", "memory", "pids"}, func(controller string, _ int) bool { return hasController(controller) })
	if len(missing) > 0 {
		return Finding{
			Part: "limits", Detail: fmt.Sprintf("the kernel has no control groups for %v", missing),
			Advice: "mount them in /sys/fs/cgroup, or builds have no such limit",
		}
	}

	return Finding{Part: "limits", OK: true, Detail: "control groups limit processors, memory and processes"}
}

// checkRange looks for other interfaces with addresses in the range of builds.
func checkRange(config Config) Finding {
	if err := checkSubnet(config.Range); err != nil {
		return Finding{Part: "range", Detail: "builds get no addresses", Advice: err.Error()}
	}

	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		return Finding{Part: "range", Detail: fmt.Sprintf("it is not known whether %s is free", config.Range), Advice: err.Error()}
	}

	for _, route := range routes {
		if route.Dst == nil || route.Dst.IP.IsUnspecified() || !overlaps(route, config.Range) {
			continue
		}

		link, err := netlink.LinkByIndex(route.LinkIndex)
		if err != nil || link.Attrs().Name == config.Interface {
			continue
		}

		return Finding{
			Part: "range", Detail: fmt.Sprintf("%s of %s is in the range %s of builds", route.Dst, link.Attrs().Name, config.Range),
			Advice: "choose another one with ZEITWORK_BUILDER_RANGE",
		}
	}

	return Finding{Part: "range", OK: true, Detail: config.Range.String() + " is free for builds"}
}

func overlaps(route netlink.Route, subnet netip.Prefix) bool {
	address, ok := netip.AddrFromSlice(route.Dst.IP.To4())
	bits, _ := route.Dst.Mask.Size()

	return ok && netip.PrefixFrom(address, bits).Overlaps(subnet)
}

func checkSpace(config Config) Finding {
	folder := config.DataDir
	for ; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(folder); err == nil || folder == filepath.Dir(folder) {
			break
		}
	}

	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return Finding{Part: "disk", Detail: fmt.Sprintf("the space in %s cannot be found out: %v", folder, err), Advice: "choose another ZEITWORK_BUILDER_DATA_DIR"}
	}

	const gigabyte = 1_000_000_000

	free, needed := int64(stat.Bavail)*stat.Bsize, config.FreeBytes+config.StepBytes //nolint:gosec // Disks fit.
	finding := Finding{Part: "disk", OK: free >= needed, Detail: fmt.Sprintf("%d GB are free in %s", free/gigabyte, folder)}

	if !finding.OK {
		finding.Advice = fmt.Sprintf("an instruction of a build may write %d GB, and the cache leaves %d GB free: free more, or lower ZEITWORK_BUILDER_STEP_BYTES "+
			"and ZEITWORK_BUILDER_FREE_BYTES", config.StepBytes/gigabyte, config.FreeBytes/gigabyte)
	}

	return finding
}
