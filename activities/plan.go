package activities

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/solver/pb"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// imagesTimeout bounds the question which images there are.
const imagesTimeout = time.Minute

// Plan decides how the source in a directory is built. Detection names the images that the build would start from, without knowing whether the registry has
// those that the table names by a tag, and those of versions beside the table: BuildKit, which would pull them, is asked, and detection decides again
// without those that are not there. The errors are the user's, unless the source cannot be read, or BuildKit or the registry does not answer.
func (b *Builder) Plan(ctx context.Context, directory string, settings buildplan.Settings) (buildplan.Plan, error) {
	if settings.BaseImages == nil {
		settings.BaseImages = buildplan.DefaultBaseImages()
	}

	asked := []string{}

	for {
		plan, err := detect.Detect(directory, settings)
		if err != nil {
			return plan, err
		}

		unknown := lo.Reject(slices.Sorted(maps.Keys(plan.Missing)), func(reference string, _ int) bool {
			return strings.Contains(reference, "@") || slices.Contains(asked, reference)
		})
		if len(unknown) == 0 {
			return plan, nil
		}

		absent, err := b.absentImages(ctx, unknown)
		if err != nil || len(absent) == 0 {
			return plan, err
		}

		asked = append(asked, unknown...)
		settings.BaseImages = settings.BaseImages.Without(absent...)
	}
}

// absentImages returns those of the references that no registry has.
func (b *Builder) absentImages(ctx context.Context, references []string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, imagesTimeout)
	defer cancel()

	buildkit, err := b.connect(ctx, BuildRequest{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = buildkit.Close() }()

	absent := []string{}
	ask := func(ctx context.Context, gatewayClient gateway.Client) (*gateway.Result, error) {
		for _, reference := range references {
			options := &sourceresolver.ResolveImageOpt{ResolveMode: pb.AttrImageResolveModeDefault}
			_, _, _, err := gatewayClient.ResolveImageConfig(ctx, reference, sourceresolver.Opt{ImageOpt: options})

			switch {
			case err == nil:
			case isAbsentImage(err):
				absent = append(absent, reference)
			default:
				return nil, fmt.Errorf("look up %s: %w", reference, err)
			}
		}

		return gateway.NewResult(), nil
	}

	options := client.SolveOpt{Session: []session.Attachable{newBuildAuth(b.registry, "")}}
	if _, err := buildkit.Build(ctx, options, "zeitwork", ask, nil); err != nil {
		return nil, problem.Wrap(err, problem.Unavailable, "The builder or the registry of base images does not answer.")
	}

	return absent, nil
}
