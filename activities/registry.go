package activities

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/internal/setting"
)

const (
	// retryPause is doubled once: a short fault of the registry is hidden for a second. A longer one has the step tried again, and the timeline
	// says so.
	retryPause    = 300 * time.Millisecond
	retryGrowth   = 2
	retryAttempts = 3
	// answerTimeout is how long the registry may take to begin an answer; the last one of an upload has it move a file first.
	answerTimeout = 30 * time.Second
)

// grantLifetime bounds what a grant is good for that leaks; a new one is made for every token.
const grantLifetime = 5 * time.Minute

// RegistryConfig says where the registry is.
type RegistryConfig struct {
	setting.RegistryAddress
	setting.RegistryProtocol
}

// Registry is where images and sources are kept. It asks for access to one repository at a time, with grants that it
// makes itself; a registry without authentication never sees them.
type Registry struct {
	config    RegistryConfig
	key       secret.Key
	transport http.RoundTripper
}

// NewRegistry returns the registry of that configuration. The key is the platform's, which api knows grants by.
func NewRegistry(config RegistryConfig, key secret.Key) *Registry {
	transport := http.DefaultTransport
	if standard, ok := remote.DefaultTransport.(*http.Transport); ok {
		bounded := standard.Clone()
		bounded.ResponseHeaderTimeout = answerTimeout
		transport = bounded
	}

	return &Registry{config: config, key: key, transport: transport}
}

// Image is a published image.
type Image struct {
	// Repository is the path in the registry, without host and digest.
	Repository string
	// Digest is that of the manifest, with its algorithm ("sha256:…").
	Digest string
	// SizeBytes is what a node without any of its layers has to pull.
	SizeBytes int64
}

// ImageRepository returns the path of a project's images in the registry.
func ImageRepository(projectID uuid.UUID) string { return "projects/" + projectID.String() }

// ErrGone means that the registry does not have what was put there before.
var ErrGone = errors.New("the registry has it no longer")

// Publish makes sure that the image is in the registry and tags it with the deployment, so that it is kept.
func (r *Registry) Publish(ctx context.Context, projectID, deploymentID uuid.UUID, digest string) (Image, error) {
	path := ImageRepository(projectID)

	repository, err := r.repository(path)
	if err != nil {
		return Image{}, err
	}

	options := r.options(ctx, path, registryauth.Pull, registryauth.Push)

	image, err := remote.Get(repository.Digest(digest), options...)
	if isMissing(err) {
		return Image{}, fmt.Errorf("look up image %s: %w", digest, ErrGone)
	}

	if err != nil {
		return Image{}, r.trouble(err, "look up image %s", digest)
	}

	size, err := imageSize(image)
	if err != nil {
		return Image{}, r.trouble(err, "read the manifest of image %s", digest)
	}

	err = remote.Tag(repository.Tag(deploymentID.String()), image, options...)
	if lacksLayer(err) {
		return Image{}, fmt.Errorf("tag image %s: %w", digest, errors.Join(ErrGone, err))
	}

	if err != nil {
		return Image{}, r.trouble(err, "tag image %s", digest)
	}

	return Image{Repository: path, Digest: digest, SizeBytes: size}, nil
}

func imageSize(descriptor *remote.Descriptor) (int64, error) {
	image, err := descriptor.Image()
	if err != nil {
		return 0, fmt.Errorf("read the image: %w", err)
	}

	manifest, err := image.Manifest()
	if err != nil {
		return 0, fmt.Errorf("read the manifest: %w", err)
	}

	size := descriptor.Size + manifest.Config.Size
	for _, layer := range manifest.Layers {
		size += layer.Size
	}

	return size, nil
}

// reference returns the image's full name as BuildKit pushes it.
func (r *Registry) reference(path string) string { return r.config.RegistryHost + "/" + path }

func (r *Registry) repository(path string) (name.Repository, error) {
	options := []name.Option{}
	if r.config.RegistryInsecure {
		options = append(options, name.Insecure)
	}

	repository, err := name.NewRepository(r.reference(path), options...)
	if err != nil {
		return name.Repository{}, fmt.Errorf("the registry's host %q cannot be used: %w", r.config.RegistryHost, err)
	}

	return repository, nil
}

func (r *Registry) options(ctx context.Context, path string, actions ...string) []remote.Option {
	return []remote.Option{
		remote.WithContext(ctx),
		remote.WithTransport(r.transport),
		remote.WithRetryBackoff(remote.Backoff{Duration: retryPause, Factor: retryGrowth, Steps: retryAttempts}),
		remote.WithAuth(grantAuthenticator{key: r.key, access: registryauth.Repository(path, actions...)}),
	}
}

// trouble explains an error of the registry. All of them are the platform's: a user can do nothing about a registry.
func (r *Registry) trouble(err error, format string, args ...any) error {
	err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), err)

	// A registry that takes too long to answer looks like the end of a context.
	slow := strings.Contains(err.Error(), "timeout awaiting response headers")
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) && !slow {
		return err
	}

	if full := explainDisk(err); problem.CodeOf(full) == problem.Unavailable {
		return full
	}

	answer, answered := errors.AsType[*transport.Error](err)

	if sentence, ok := storeTrouble(err.Error()); ok {
		return problem.Wrap(err, problem.Unavailable, "%s", sentence)
	}

	if answered && answer.StatusCode < http.StatusInternalServerError && answer.StatusCode != http.StatusTooManyRequests {
		return err
	}

	return problem.Wrap(err, problem.Unavailable, "The image registry does not answer.")
}

// isMissing tells whether the registry answered that it does not have what was asked for.
func isMissing(err error) bool {
	answer, answered := errors.AsType[*transport.Error](err)

	return answered && answer.StatusCode == http.StatusNotFound
}

// lacksLayer tells whether the registry refused a manifest because it does not have one of its layers.
func lacksLayer(err error) bool {
	answer, answered := errors.AsType[*transport.Error](err)

	return answered && slices.ContainsFunc(answer.Errors, func(d transport.Diagnostic) bool { return d.Code == transport.ManifestBlobUnknownErrorCode })
}

type grantAuthenticator struct {
	key    secret.Key
	access registryauth.Access
}

// Authorization returns a new grant as basic credentials for the registry's token endpoint.
func (a grantAuthenticator) Authorization() (*authn.AuthConfig, error) {
	grant, err := registryauth.NewGrant(a.key, a.access, time.Now(), grantLifetime)
	if err != nil {
		return nil, fmt.Errorf("make a registry grant for %s: %w", a.access.Name, err)
	}

	return &authn.AuthConfig{Username: registryauth.GrantUser, Password: grant}, nil
}
