package activities

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/secrets/secretsprovider"
	policy "github.com/moby/buildkit/sourcepolicy/pb"
	"github.com/samber/lo"
	"github.com/tonistiigi/fsutil"
)

// fingerprintBytes make a name of 32 characters; one between dots may have 63.
const fingerprintBytes = 16

// buildkitPrefix begins the names of the arguments that BuildKit's Dockerfile frontend takes for itself.
const buildkitPrefix = "BUILDKIT_"

func (b *Builder) solveOptions(ctx context.Context, request BuildRequest, inputs *buildInputs) client.SolveOpt {
	scope := request.cacheScope()
	repository := ImageRepository(request.ProjectID)

	attributes := map[string]string{
		"filename": inputs.filename,
		// As if a `# syntax` line had brought us here: the frontend that is built in is never replaced by another.
		"cmdline": "docker/dockerfile:1",
		// A name in /etc/hosts is part of every RUN instruction's cache key, so that a layer that saw one project's secrets is never another's.
		// With a hostname of its own an instruction could not have one of the networks that stand ready.
		"add-hosts": b.fingerprint(request, inputs) + "=127.0.0.1",
	}

	if request.Plan.Target != "" {
		attributes["target"] = request.Plan.Target
	}

	for name, value := range lo.Assign(inputs.arguments, request.Facts) {
		// BuildKit's own are not for projects: with one of them a build would take another project's cache mounts.
		if !strings.HasPrefix(strings.ToUpper(name), buildkitPrefix) {
			attributes["build-arg:"+name] = value
		}
	}

	// Cache mounts (`RUN --mount=type=cache`) are the scope's own, too.
	attributes["build-arg:BUILDKIT_CACHE_MOUNT_NS"] = scope.String()

	if b.config.MemoryBytes > 0 {
		attributes["memory"] = strconv.FormatInt(b.config.MemoryBytes, 10)
	}

	if b.config.Processors > 0 {
		// The kernel counts in microseconds.
		const period = 100_000

		attributes["cpuperiod"] = strconv.Itoa(period)
		attributes["cpuquota"] = strconv.Itoa(int(b.config.Processors * period))
	}

	imports, exports := b.cacheOptions(ctx, request)

	return client.SolveOpt{
		FrontendAttrs: attributes,
		LocalMounts:   map[string]fsutil.FS{"context": inputs.context, "dockerfile": inputs.dockerfile},
		// Files that a build of the project has sent before are not sent again.
		SharedKey:    scope.String(),
		CacheImports: imports,
		CacheExports: exports,
		SourcePolicy: b.sourcePolicy(request),
		Session: []session.Attachable{
			secretsprovider.FromMap(lo.MapValues(inputs.secrets, func(value string, _ string) []byte { return []byte(value) })),
			newBuildAuth(b.registry, repository),
		},
		Exports: []client.ExportEntry{{
			Type: client.ExporterImage,
			Attrs: map[string]string{
				// The tag finds the image again if the worker dies before it has written the digest down.
				string(exptypes.OptKeyName):             b.registry.reference(repository) + ":" + request.DeploymentID.String(),
				string(exptypes.OptKeyPush):             "true",
				string(exptypes.OptKeyOCITypes):         "true",
				string(exptypes.OptKeyInsecure):         strconv.FormatBool(b.registry.config.RegistryInsecure),
				string(exptypes.OptKeyLayerCompression): "zstd",
				// Of the image only: as a build argument it would also date directories and files, and each commit would be built from nothing.
				string(exptypes.OptKeySourceDateEpoch): strconv.FormatInt(request.Tree.CommitTime.Unix(), 10),
			},
		}},
	}
}

// fingerprint tells scopes of caches apart and, where the build sees secrets, also their values: a changed one must not meet a
// layer that was made with the old one. It is keyed, so that nothing can be learned from it.
func (b *Builder) fingerprint(request BuildRequest, inputs *buildInputs) string {
	hash := hmac.New(sha256.New, b.key.Derive("build fingerprint"))
	scope := request.cacheScope()
	hash.Write(scope[:])

	if inputs.usesSecrets {
		for _, name := range slices.Sorted(maps.Keys(inputs.secrets)) {
			value := sha256.Sum256([]byte(inputs.secrets[name]))
			hash.Write([]byte(name + "\x00"))
			hash.Write(value[:])
		}
	}

	return hex.EncodeToString(hash.Sum(nil)[:fingerprintBytes])
}

// sourcePolicy keeps buildkitd itself from fetching URLs that a Dockerfile names: it stands in the platform's network, where RUN instructions do not. A
// build of another scope than the project's does not get the project's own images either, which may hold what only the project's builds may know.
func (b *Builder) sourcePolicy(request BuildRequest) *policy.Policy {
	denied := []string{"http://*", "https://*", "git://*"}
	if request.CacheScope != uuid.Nil {
		denied = append(denied, "docker-image://"+b.registry.reference(ImageRepository(request.ProjectID))+"*")
	}

	return &policy.Policy{
		Version: 1,
		Rules: lo.Map(denied, func(sources string, _ int) *policy.Rule {
			return &policy.Rule{Action: policy.PolicyAction_DENY, Selector: &policy.Selector{Identifier: sources}}
		}),
	}
}
