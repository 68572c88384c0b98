package activities

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/moby/buildkit/client"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/logging"
)

// cacheTag begins the tags of a project's build caches in the registry. The deployment's id follows, so that they sort by time: a tag that were
// written again would leave a manifest without a name, which nobody finds to delete it.
const cacheTag = "cache-"

// cacheOptions returns where the build takes its cache from and where it puts it.
func (b *Builder) cacheOptions(ctx context.Context, request BuildRequest) (imports, exports []client.CacheOptionsEntry) {
	// The registry has the caches of the project's own builds alone.
	if !b.config.SharedCache || request.CacheScope != uuid.Nil {
		return nil, nil
	}

	entry := func(tag string) []client.CacheOptionsEntry {
		return []client.CacheOptionsEntry{{Type: "registry", Attrs: map[string]string{
			"ref":               b.registry.reference(ImageRepository(request.ProjectID)) + ":" + tag,
			"mode":              "max",
			"compression":       "zstd",
			"ignore-error":      "true",
			"registry.insecure": strconv.FormatBool(b.registry.config.RegistryInsecure),
		}}}
	}

	// A build without its cache is slow, and still right.
	if known, err := b.registry.caches(ctx, request.ProjectID); err == nil && len(known) > 0 {
		imports = entry(known[len(known)-1])
	}

	return imports, entry(cacheTag + request.DeploymentID.String())
}

// collectCaches takes all caches of the project but the newest out of the registry. What it fails to take out is left for the next build.
func (b *Builder) collectCaches(ctx context.Context, projectID uuid.UUID) {
	if !b.config.SharedCache {
		return
	}

	if err := b.registry.deleteOldCaches(ctx, projectID); err != nil {
		slog.WarnContext(ctx, "could not delete old build caches", slog.String("project_id", projectID.String()), logging.Error(err))
	}
}

// caches returns the tags of a project's build caches, the oldest first.
func (r *Registry) caches(ctx context.Context, projectID uuid.UUID) ([]string, error) {
	tags, err := r.tags(ctx, ImageRepository(projectID))
	found := lo.Filter(tags, func(tag string, _ int) bool { return tag == "cache" || strings.HasPrefix(tag, cacheTag) })
	slices.Sort(found)

	return found, err
}

func (r *Registry) deleteOldCaches(ctx context.Context, projectID uuid.UUID) error {
	known, err := r.caches(ctx, projectID)
	if err != nil || len(known) == 0 {
		return err
	}

	path := ImageRepository(projectID)

	newest, err := r.digestOf(ctx, path, known[len(known)-1])
	if err != nil {
		return err
	}

	for _, tag := range known[:len(known)-1] {
		digest, err := r.digestOf(ctx, path, tag)
		if err != nil {
			return err
		}

		// An unchanged cache has several tags, and would be deleted with all of them.
		if digest == newest {
			continue
		}

		if err := r.removeTag(ctx, path, tag); err != nil {
			return err
		}
	}

	return nil
}
