package activities

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

func TestBuild_Processors_AreThoseOfTheSetting(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	bundle.builder.config.Processors = 0.5

	mark := id.New().String()
	request := bundle.request(t, newApp(t, toolDockerfile+`RUN ["/tool", "sleep", "10m", "`+mark+`"]`+"\n"))

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})

	go func() {
		defer close(ended)

		_, _ = bundle.builder.Build(ctx, request, func(LogLine) {})
	}()

	defer func() { cancel(); <-ended }()

	var quota string

	require.Eventually(t, func() bool {
		quota = processorQuota(t, mark)

		return quota != ""
	}, time.Minute, 20*time.Millisecond)
	require.Equal(t, "50000", quota, "of 100000 microseconds")
}

// processorQuota returns the quota of the control group of the step with that text among its arguments, of either version; empty while there is no step.
func processorQuota(t *testing.T, text string) string {
	t.Helper()

	processes, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(t, err)

	for _, process := range processes {
		arguments, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		if !strings.HasPrefix(string(arguments), "/tool\x00") || !strings.Contains(string(arguments), text) {
			continue
		}

		groups, _ := os.ReadFile(filepath.Join(process, "cgroup"))

		for line := range strings.Lines(string(groups)) {
			_, path, _ := strings.Cut(strings.TrimSpace(line[strings.Index(line, ":")+1:]), ":")

			for _, file := range []string{filepath.Join("cpu", path, "cpu.cfs_quota_us"), filepath.Join(path, "cpu.max")} {
				if content, err := os.ReadFile(filepath.Join("/sys/fs/cgroup", file)); err == nil {
					return strings.Fields(string(content))[0]
				}
			}
		}
	}

	return ""
}
