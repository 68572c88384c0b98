package rig

import (
	"os"
	"testing"
)

// NeedPlatform skips the test where no platform can run, and returns the folder of the daemons' binaries.
func NeedPlatform(t *testing.T) string {
	t.Helper()

	bin := os.Getenv("ZEITWORK_TEST_BIN")
	if bin == "" {
		t.Skip("ZEITWORK_TEST_BIN is not set: run the tests through `go tool task test`, which builds the daemons for them")
	}

	if os.Geteuid() != 0 {
		t.Skip("the platform needs root: network namespaces, mounts and containerd")
	}

	return bin
}
