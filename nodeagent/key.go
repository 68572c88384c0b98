package nodeagent

import (
	"fmt"
	"net/http"
	"os"

	"github.com/zeitwork/zeitwork/internal/httpsignature"
)

// transport returns what sends requests to the API: signed by the key of this machine, where there is one.
func (c Config) transport() (http.RoundTripper, error) {
	if c.KeyFile == "" {
		return newTransport(), nil
	}

	text, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("read the key of this machine, which ZEITWORK_NODE_KEY_FILE names "+
			"(`zeitwork nodes join NAME` prints a command that makes another one): %w", err)
	}

	key, err := httpsignature.ParseKey(text)
	if err != nil {
		return nil, fmt.Errorf("read the key of this machine in %s: %w", c.KeyFile, err)
	}

	return &httpsignature.Transport{Key: key, Next: newTransport()}, nil
}
