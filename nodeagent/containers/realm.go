package containers

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// realms are the only places, as scheme and host, that get the node's token for one of the registry. The registry names where to go, and one in a stranger's
// hands would name a place of the stranger's. Redirects go through RoundTrip as well.
type realms []string

func (r realms) RoundTrip(request *http.Request) (*http.Response, error) {
	origin := request.URL.Scheme + "://" + request.URL.Host
	if slices.Contains(r, origin) {
		return http.DefaultTransport.RoundTrip(request) //nolint:wrapcheck // A client's transport returns errors as they are.
	}

	return nil, problem.Wrap(
		fmt.Errorf("the registry asks for this node's token to be sent to %s, which is neither the platform's API nor the registry: "+
			"if it is the API under another name, set ZEITWORK_NODE_REGISTRY_REALM=%s", origin, origin),
		problem.Unavailable, "the registry sent this node to an unknown place for its tokens.")
}

// realms returns the API's address, the registry's, and the one that is configured beside these.
func (c Config) realms() realms {
	scheme := "https"
	if c.Insecure {
		scheme = "http"
	}

	return append(realms{scheme + "://" + c.Registry}, c.Realms...)
}
