package builder

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConfig_Listen_IsANamedAddressOrASocket(t *testing.T) {
	t.Parallel()

	for listen, trouble := range map[string]string{
		"unix:///run/zeitwork-builder.sock": "",
		"tcp://100.64.0.7:8372":             "",
		"tcp://builder-1:8372":              "",
		"tcp://0.0.0.0:8372":                "any address of this machine",
		"tcp://[::]:8372":                   "any address of this machine",
		"tcp://:8372":                       "any address of this machine",
		"tcp://100.64.0.7":                  "an address and a port",
		"100.64.0.7":                        "must begin with",
	} {
		address, err := url.Parse(listen)
		require.NoError(t, err)

		_, _, err = Config{Listen: *address}.listenAddress()
		if trouble == "" {
			require.NoError(t, err, listen)
		} else {
			require.ErrorContains(t, err, trouble, listen)
		}
	}
}
