package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// closestExisting returns path or the closest directory above it that exists.
func closestExisting(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}

		path = filepath.Dir(path)
	}
}

func disk(dirs ...string) Finding {
	const (
		needed   = 15 << 30 // Daemons and their compiler's cache 6 GB, images and build cache, Postgres.
		gibibyte = 1 << 30
	)

	finding := Finding{Part: "disk", OK: true, Needed: true}

	for _, dir := range dirs {
		var stat syscall.Statfs_t
		if err := syscall.Statfs(closestExisting(dir), &stat); err != nil {
			finding.OK, finding.Detail = false, fmt.Sprintf("the space in %s cannot be found out: %v", dir, err)

			return finding
		}

		free := stat.Bavail * uint64(stat.Bsize) //nolint:gosec // A block size is positive.
		finding.Detail = fmt.Sprintf("%d GiB are free in %s", free/gibibyte, dir)

		// A machine whose daemons are already built needs room only for images and data.
		if free < needed {
			finding.OK = free > needed/3 && len(glob(filepath.Join(dir, "tools", "daemons-*"))) > 0
		}

		if !finding.OK {
			finding.Advice = fmt.Sprintf("free %d GiB, or choose other places with ZEITWORK_DATA_DIR and ZEITWORK_CACHE_DIR", uint64(needed)/gibibyte)

			return finding
		}
	}

	return finding
}
