package github

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/caarlos0/env/v11"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestAppConfig_IsCompletedByGitHub(t *testing.T) {
	t.Parallel()

	b := setup(t)
	file := filepath.Join(t.TempDir(), "key.pem")
	require.NoError(t, os.WriteFile(file, []byte(b.App.PrivateKey), 0o600))

	config, err := env.ParseAsWithOptions[AppConfig](env.Options{Environment: map[string]string{
		"ZEITWORK_GITHUB_APP_ID": strconv.FormatInt(b.App.ID, 10), "ZEITWORK_GITHUB_APP_CLIENT_SECRET": b.App.ClientSecret,
		"ZEITWORK_GITHUB_APP_PRIVATE_KEY": file,
	}})
	require.NoError(t, err)
	require.True(t, config.IsSet())

	credentials, err := config.Credentials(t.Context(), b.client)
	require.NoError(t, err)
	require.Equal(t, b.credentials(), credentials)
}

func TestAppConfig_InPart_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.False(t, AppConfig{}.IsSet())

	_, err := AppConfig{ID: b.App.ID}.Credentials(t.Context(), b.client)
	require.Equal(t, problem.Invalid, problem.CodeOf(err))
	require.Contains(t, problem.MessageOf(err), "belong together")
}
