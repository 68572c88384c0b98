// Package npmtest lets tests skip where npm's registry is out of reach.
package npmtest

import (
	"context"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

const patience = 20 * time.Second

// outOfReach asks once for all tests; empty where the registry answers.
var outOfReach = sync.OnceValue(func() string {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()

	output, err := exec.CommandContext(ctx, "npm", "view", "npm", "version", "--fetch-retries=0").CombinedOutput()
	if err == nil {
		return ""
	}

	reason, _, _ := strings.Cut(strings.TrimSpace(string(output)), "\n")

	return "npm's registry is out of reach: " + err.Error() + ": " + reason
})

// Need skips the test where packages cannot be installed from npm's registry.
func Need(t *testing.T) {
	t.Helper()

	if reason := outOfReach(); reason != "" {
		t.Skip(reason)
	}
}

// SkipIfCause skips the test if the error is that a base image could not be made for want of npm's registry.
func SkipIfCause(t *testing.T, err error) {
	t.Helper()

	if err != nil && strings.Contains(err.Error(), "npm pack") {
		Need(t)
	}
}
