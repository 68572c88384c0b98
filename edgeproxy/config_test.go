package edgeproxy

import (
	"net/netip"
	"testing"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/setting"
)

func TestConfig_ComesFromTheEnvironment(t *testing.T) {
	t.Parallel()

	config, err := env.ParseAsWithOptions[Config](env.Options{Environment: map[string]string{
		"ZEITWORK_API_URL":              "https://api.example.com",
		"ZEITWORK_EDGE_TOKEN":           "zwe_x",
		"ZEITWORK_EDGE_TRUSTED_PROXIES": "173.245.48.0/20,2400:cb00::/32",
		"ZEITWORK_EDGE_DRAIN_TIMEOUT":   "1m",
	}})
	require.NoError(t, err)
	require.Equal(t, Config{
		API: setting.API{APIURL: "https://api.example.com"}, Token: "zwe_x", Listen: "127.0.0.1:8080", DataDir: "/var/lib/zeitwork/edge",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("173.245.48.0/20"), netip.MustParsePrefix("2400:cb00::/32")},
		DrainDelay:     5 * time.Second, DrainTimeout: time.Minute, ResponseTimeout: 5 * time.Minute, RecordRequests: true, OwnEngine: true, OwnEngineTLS: true, RequireRoute: true,
		ErrorPages:  true,
		MaxInFlight: 8192, MaxInFlightPerClient: 1024, MinBodyRate: 1000, BodyGrace: 10 * time.Second, SendTimeout: time.Minute,
		TailscaledSocket: "/run/tailscale/tailscaled.sock",
	}, config)

	_, err = env.ParseAsWithOptions[Config](env.Options{Environment: map[string]string{"ZEITWORK_EDGE_TRUSTED_PROXIES": "everyone"}})
	require.ErrorContains(t, err, "ZEITWORK_EDGE_TOKEN")
	require.ErrorContains(t, err, "TrustedProxies")
}
