package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNewWorker_BoundThatCannotBe_IsRefused(t *testing.T) {
	t.Parallel()

	good := Config{
		ReleaseTimeout: time.Minute, PollInterval: time.Minute, GarbageInterval: time.Minute, CheckInterval: time.Minute, LogRetention: time.Hour, LogLines: 1, RequestRecords: 1, JobRetention: time.Hour,
		DeploymentRetention: 24 * time.Hour, AuditRetention: 24 * time.Hour,
	}
	require.NoError(t, good.check())

	for want, spoil := range map[string]func(c *Config){
		"ZEITWORK_RELEASE_TIMEOUT must be":       func(c *Config) { c.ReleaseTimeout = 2 * time.Hour },
		"ZEITWORK_POLL_INTERVAL must be":         func(c *Config) { c.PollInterval = 0 },
		"ZEITWORK_GARBAGE_INTERVAL must be":      func(c *Config) { c.GarbageInterval = 0 },
		"ZEITWORK_KEEP_RELEASES must be":         func(c *Config) { c.KeepReleases = -1 },
		"ZEITWORK_LOG_RETENTION must be":         func(c *Config) { c.LogRetention = -time.Hour },
		"ZEITWORK_LOG_LINES must be":             func(c *Config) { c.LogLines = 0 },
		"ZEITWORK_REQUEST_RECORDS must be":       func(c *Config) { c.RequestRecords = 0 },
		"ZEITWORK_DEPLOYMENT_RETENTION must be":  func(c *Config) { c.DeploymentRetention = 23 * time.Hour },
		"ZEITWORK_AUDIT_RETENTION must be":       func(c *Config) { c.AuditRetention = 23 * time.Hour },
		"ZEITWORK_JOB_RETENTION must be":         func(c *Config) { c.JobRetention = 0 },
		"ZEITWORK_DASHBOARD_URL must be":         func(c *Config) { c.DashboardURL.Scheme = "ftp" },
		"ZEITWORK_REBALANCE_AFTER must be":       func(c *Config) { c.RebalanceAfter = time.Second },
		"ZEITWORK_REBALANCE_GAP must be":         func(c *Config) { c.RebalanceAfter, c.RebalanceGap = time.Hour, 4 },
		"ZEITWORK_GITHUB_CHECK_INTERVAL must be": func(c *Config) { c.CheckInterval = 0 },
	} {
		config := good
		spoil(&config)

		_, err := NewWorker(config, Dependencies{})
		require.ErrorContains(t, err, want)
	}
}
