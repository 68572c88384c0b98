package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// dockerfileFrontend is the one that buildkitd has built in.
const dockerfileFrontend = "dockerfile.v0"

// solve has buildkitd build and export the image, and looks at the image in between. The result is the digest and the image's configuration.
func (b *Builder) solve(
	ctx context.Context, buildkit *client.Client, request BuildRequest, inputs *buildInputs, statuses chan *client.SolveStatus,
) (string, ocispecs.Image, error) {
	var (
		image   ocispecs.Image
		refused error
	)

	options := b.solveOptions(ctx, request, inputs)

	response, err := buildkit.Build(ctx, options, "zeitwork", func(ctx context.Context, bridge gateway.Client) (*gateway.Result, error) {
		result, err := bridge.Solve(ctx, gateway.SolveRequest{Frontend: dockerfileFrontend, FrontendOpt: options.FrontendAttrs})
		if err != nil {
			return nil, err
		}

		if image, err = configuration(result); err != nil {
			return nil, err
		}

		// Generated Dockerfiles start what detection has chosen. What stands in another's image is looked at only there: to look unpacks it.
		if request.Plan.Dockerfile != "" || result.Ref == nil {
			return result, nil
		}

		if err := result.Ref.Evaluate(ctx); err != nil {
			return nil, err
		}

		if refused = (commandCheck{files: imageFiles{result.Ref}, image: image}).check(ctx); refused != nil {
			return nil, refused
		}

		return result, nil
	}, statuses)
	if refused != nil {
		return "", image, refused
	}

	if err != nil {
		return "", image, err
	}

	digest := response.ExporterResponse[exptypes.ExporterImageDigestKey]
	if !strings.HasPrefix(digest, "sha256:") {
		return "", image, errors.New("buildkitd built an image and did not say which")
	}

	return digest, image, nil
}

// configuration reads what the image's configuration says.
func configuration(result *gateway.Result) (ocispecs.Image, error) {
	var image ocispecs.Image
	if err := json.Unmarshal(result.Metadata[exptypes.ExporterImageConfigKey], &image); err != nil {
		return image, fmt.Errorf("read the configuration of the image: %w", err)
	}

	return image, nil
}

// exposedPorts returns the TCP ports that an image exposes, those of the images that it builds on among them, in rising order.
func exposedPorts(image ocispecs.Image) []int {
	ports := []int{}

	for exposed := range image.Config.ExposedPorts {
		number, protocol, _ := strings.Cut(exposed, "/")

		port, err := strconv.ParseUint(number, 10, 16)
		if err == nil && (protocol == "" || protocol == "tcp") {
			ports = append(ports, int(port))
		}
	}

	slices.Sort(ports)

	return ports
}
