package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
)

// chromiumPackages are the packages that the browser comes in. Ubuntu's of that name only fetches a snap.
func chromiumPackages() []string {
	release, err := os.ReadFile("/etc/os-release")
	if err != nil || !strings.Contains("\n"+string(release), "\nID=debian\n") {
		return nil
	}

	return []string{"chromium"}
}

// findChromium tells the command where the browser is, if there is one.
func findChromium(_ context.Context, e *environment) error {
	if path, err := exec.LookPath("chromium"); err == nil {
		e.export("ZEITWORK_TEST_CHROMIUM", path)
	} else {
		sayf("chromium is left out: only Debian has it as a package that is no snap, and there is none on PATH")
	}

	return nil
}
