package containers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// tokenPath is how the path ends at which the API gives tokens of the registry out.
const tokenPath = "/v1/registry/token"

// realms are the only places, as scheme and host, that get the node's token for one of the registry. The registry names where to go, and one in a stranger's
// hands would name a place of the stranger's. Redirects go through RoundTrip as well.
type realms struct {
	origins []string
	// signed signs requests for tokens before it sends them.
	signed http.RoundTripper
}

func (r realms) RoundTrip(request *http.Request) (*http.Response, error) {
	origin := request.URL.Scheme + "://" + request.URL.Host

	switch {
	case !slices.Contains(r.origins, origin):
	case strings.HasSuffix(request.URL.Path, tokenPath) && r.signed != nil:
		return r.signed.RoundTrip(request) //nolint:wrapcheck // A client's transport returns errors as they are.
	default:
		// The registry has chosen the path. With a signature it could have the node ask for anything at the API, and send that there itself.
		return http.DefaultTransport.RoundTrip(request) //nolint:wrapcheck // As above.
	}

	return nil, problem.Wrap(
		fmt.Errorf("the registry asks for this node's token to be sent to %s, which is neither the platform's API nor the registry: "+
			"if it is the API under another name, set ZEITWORK_NODE_REGISTRY_REALM=%s", origin, origin),
		problem.Unavailable, "the registry sent this node to an unknown place for its tokens.")
}

// realms are the API's address, the registry's, and the one that is configured beside these.
func (c Config) realms() realms {
	scheme := "https"
	if c.Insecure {
		scheme = "http"
	}

	return realms{origins: append([]string{scheme + "://" + c.Registry}, c.Realms...), signed: c.Signed}
}
