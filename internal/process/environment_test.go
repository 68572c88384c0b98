package process

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEnvironment_KeepsThePlatformsOwnVariablesAway(t *testing.T) {
	t.Setenv("ZEITWORK_SECRET_KEY", "canary")
	t.Setenv("PGPASSWORD", "canary")
	t.Setenv("SSL_CERT_FILE", "/etc/bundle.pem")

	environ := Environment("/bin-of-daemons")
	require.Contains(t, environ, "SSL_CERT_FILE=/etc/bundle.pem")
	require.NotContains(t, strings.Join(environ, " "), "canary")
	require.True(t, strings.HasPrefix(environ[0], "PATH=/bin-of-daemons:"))
}
