package activities

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/moby/buildkit/client"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// BuilderConfig says where BuildKit is and what one build may use.
//
//nolint:lll // One field a line, with its documentation.
type BuilderConfig struct {
	Addresses      []string `doc:"Where builders listen, with commas between, such as tcp://100.64.0.7:8372. A project builds on one of them as long as that answers and has room." env:"ZEITWORK_BUILDKIT_ADDRESS,required,notEmpty"`
	TLSCA          string   `doc:"Path of the certificates in PEM that have signed those of builders; empty: builders speak no TLS." env:"ZEITWORK_BUILDKIT_TLS_CA"`
	TLSCertificate string   `doc:"Path of this worker's certificate for builders in PEM." env:"ZEITWORK_BUILDKIT_TLS_CERTIFICATE"`
	TLSKey         string   `doc:"Path of the key of this worker's certificate in PEM." env:"ZEITWORK_BUILDKIT_TLS_KEY"`

	Timeout     time.Duration `doc:"Longest time that a build may take."                                                                     env:"ZEITWORK_BUILD_TIMEOUT"             envDefault:"20m"`
	MemoryBytes int64         `doc:"Memory of each RUN instruction of a build, in bytes; 0 for no limit."                                    env:"ZEITWORK_BUILD_MEMORY_BYTES"        envDefault:"4294967296"`
	Processors  float64       `doc:"Processors of each RUN instruction of a build, such as 1.5; 0 for no limit." env:"ZEITWORK_BUILD_PROCESSORS" envDefault:"0"`
	SharedCache bool          `doc:"Keep a copy of each project's build cache in the registry, for installations with more than one buildkitd." env:"ZEITWORK_BUILD_SHARED_CACHE"        envDefault:"false"`
}

// Builder has BuildKit build images and push them.
type Builder struct {
	config   BuilderConfig
	registry *Registry
	key      secret.Key
}

// NewBuilder returns a builder that pushes to the registry. The key is the platform's; what keeps the caches of
// projects apart is derived from it. Nothing is connected yet.
func NewBuilder(config BuilderConfig, registry *Registry, key secret.Key) *Builder {
	return &Builder{config: config, registry: registry, key: key}
}

// BuildRequest names what to build.
type BuildRequest struct {
	ProjectID    uuid.UUID
	DeploymentID uuid.UUID
	// CacheScope keeps what the build caches from all builds of another scope; zero for the project's builds. A cache is written by whatever runs in a
	// build: code that strangers wrote must not leave there what is taken into the project's own images, nor read what those builds left. Such a build
	// starts from none of the project's images either.
	CacheScope uuid.UUID
	// Tree is the source; the caller closes it after the build.
	Tree *Tree
	// RootDirectory is where the app stands inside the tree; it is what the Dockerfile sees as its context, unless the plan names another.
	RootDirectory string
	Plan          buildplan.Plan
	// Secrets are the environment variables. A RUN instruction gets those that it mounts, by name
	// (`RUN --mount=type=secret,id=NAME,env=NAME`), and none becomes part of the image. A generated Dockerfile gets those that its plan
	// names; its arguments are for everybody to see.
	Secrets map[string]string
	// Facts are variables that tell what is being built. A Dockerfile of the source's own gets those that it names by ARG, a generated one those
	// that its plan names. A build that uses none is cached whatever they are.
	Facts map[string]string
	// Observe gets what BuildKit reports of the build's instructions, from the goroutine that calls log; it may be nil.
	Observe func(*client.SolveStatus)
	// Take asks for a place on the builder with that address, which takes so many builds at once, and returns false where it has them. It may be nil.
	Take func(ctx context.Context, address string, most int) (bool, error)
}

// cacheScope is what the caches of a build belong to.
func (r BuildRequest) cacheScope() uuid.UUID { return cmp.Or(r.CacheScope, r.ProjectID) }

// BuildResult is the image that now is in the registry, tagged with its deployment.
type BuildResult struct {
	// Digest is that of the manifest, with its algorithm.
	Digest string
	// ExposedPorts are the TCP ports that it exposes, those of the images that it builds on among them, in rising order.
	ExposedPorts []int
}

// Build builds the image and pushes it to the project's repository. It calls log for each line, in order and from one
// goroutine. The build ends with the context. The same tree and plan give the same image as long as BuildKit keeps its
// cache.
func (b *Builder) Build(ctx context.Context, request BuildRequest, log func(LogLine)) (BuildResult, error) {
	advice := "for example by installing dependencies before the source is copied"
	if request.Plan.Dockerfile != "" {
		advice = "for example by leaving tests and checks to where the code is written" // Generated Dockerfiles do install first.
	}

	ctx, cancel := context.WithTimeoutCause(ctx, b.config.Timeout, problem.New(problem.Invalid,
		"The build took longer than %s. Make it shorter, %s.", b.config.Timeout, advice))
	defer cancel()

	inputs, err := newBuildInputs(request)
	if err != nil {
		return BuildResult{}, err
	}
	defer inputs.remove()

	buildkit, err := b.connect(ctx, request)
	if err != nil {
		return BuildResult{}, err
	}
	defer func() { _ = buildkit.Close() }()

	statuses := make(chan *client.SolveStatus)
	progress := newBuildProgress(log)
	progress.observe = request.Observe
	logged := make(chan struct{})

	go func() {
		defer close(logged)

		progress.follow(statuses)
	}()

	digest, image, err := b.solve(ctx, buildkit, request, inputs, statuses)

	<-logged

	if err != nil {
		return BuildResult{}, b.explain(ctx, err, newFailure(err, request, progress.failedOutput()))
	}

	b.collectCaches(ctx, request.ProjectID)

	return BuildResult{Digest: digest, ExposedPorts: exposedPorts(image)}, nil
}
