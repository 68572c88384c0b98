package logging_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"github.com/caarlos0/env/v11"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/logging"
)

func TestNew_JSON_IsOneObjectALineWithTheServiceAndItsSubjects(t *testing.T) {
	t.Parallel()

	var log bytes.Buffer

	deployment, vm := uuid.MustParse("01900000-0000-7000-8000-000000000001"), uuid.MustParse("01900000-0000-7000-8000-000000000002")
	logger := logging.New(logging.Config{Format: "json"}, &log, "worker")
	logger.Info("VM\nstarted", logging.Deployment(deployment), logging.VM(vm), logging.Error(errors.New("no disk")))

	var line map[string]any
	require.NoError(t, json.Unmarshal(log.Bytes(), &line))
	require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("\n")))

	delete(line, "time")
	require.Equal(t, map[string]any{
		"level": "INFO", "msg": "VM\nstarted", "service": "worker", "error": "no disk",
		"deployment_id": deployment.String(), "vm_id": vm.String(),
	}, line)
}

func TestNew_Text_LeavesOutWhatIsBelowTheLevel(t *testing.T) {
	t.Parallel()

	var log bytes.Buffer

	logger := logging.New(logging.Config{Level: slog.LevelWarn, Format: "text"}, &log, "api")
	logger.Info("quiet")
	logger.Warn("loud")

	require.NotContains(t, log.String(), "quiet")
	require.Contains(t, log.String(), "level=WARN msg=loud service=api")
}

func TestConfig_IsReadFromTheEnvironment(t *testing.T) {
	t.Parallel()

	read := func(environment map[string]string) logging.Config {
		config, err := env.ParseAsWithOptions[logging.Config](env.Options{Environment: environment})
		require.NoError(t, err)

		return config
	}

	require.Equal(t, logging.Config{Level: slog.LevelInfo, Format: "text"}, read(nil))
	require.Equal(t, logging.Config{Level: slog.LevelDebug, Format: "json"},
		read(map[string]string{"ZEITWORK_LOG_LEVEL": "debug", "ZEITWORK_LOG_FORMAT": "json"}))
}
