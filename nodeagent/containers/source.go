package containers

import (
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/containerd/containerd/v2/core/remotes"
	"github.com/containerd/containerd/v2/core/remotes/docker"
	"github.com/containerd/errdefs"
)

// source is the registry as one pull asks it. Each pull has its own, because a resolver keeps registry tokens, which are valid for minutes only.
type source struct {
	remotes.Resolver

	absences *absences
}

func (r *Runtime) source() source {
	credentials := func(host string) (string, string, error) {
		if host != r.config.Registry {
			return "", "", nil
		}

		return r.config.Username, r.config.Password, nil
	}

	tokens := &http.Client{Transport: r.config.realms()}
	noted := &absences{base: docker.DefaultHTTPTransport(nil)}

	return source{absences: noted, Resolver: docker.NewResolver(docker.ResolverOptions{
		Hosts: docker.ConfigureDefaultRegistries(
			docker.WithClient(&http.Client{Transport: noted}),
			docker.WithAuthorizer(docker.NewDockerAuthorizer(docker.WithAuthCreds(credentials), docker.WithAuthClient(tokens))),
			docker.WithPlainHTTP(func(host string) (bool, error) {
				return r.config.Insecure && host == r.config.Registry, nil
			}),
		),
	})}
}

// lacks tells whether a pull has failed since the registry does not have the image. containerd looks for a manifest that it could not ask for, as when
// the registry is being restarted, among the layers as well, and reports that it is not found there: that says nothing of the image.
func (s source) lacks(err error) bool { return errdefs.IsNotFound(err) && s.absences.noted.Load() }

// absences notes whether the registry has answered that it does not have a manifest or a layer.
type absences struct {
	base  http.RoundTripper
	noted atomic.Bool
}

// RoundTrip implements http.RoundTripper.
func (a *absences) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := a.base.RoundTrip(request)
	if err != nil {
		return nil, err //nolint:wrapcheck // A client's transport returns errors as they are.
	}

	// Layers are asked for by GET: only a manifest is looked for among them by HEAD.
	amongLayers := request.Method == http.MethodHead && strings.Contains(request.URL.Path, "/blobs/")
	if answer.StatusCode == http.StatusNotFound && !amongLayers {
		a.noted.Store(true)
	}

	return answer, nil
}
