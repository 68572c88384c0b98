package main

import (
	"fmt"
	"path"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/kamal"
)

// Kamal starts what a release has: the image that it names, by a command of the binary, on the port that the image listens on.
func TestImages_AreThoseThatKamalStarts(t *testing.T) {
	t.Parallel()

	for _, destination := range kamal.Destinations() {
		config, _, err := kamal.Read("../kamal", destination)
		require.NoError(t, err)

		recipe, ok := lo.Find(recipes(), func(r recipe) bool { return r.name == path.Base(config.Image) })
		require.True(t, ok, "a release has no image %s", config.Image)

		built, err := testImage(t, recipe).ConfigFile()
		require.NoError(t, err)

		// Kamal pulls no image without this label.
		require.Equal(t, config.Service, built.Config.Labels["service"])
		require.Contains(t, built.Config.ExposedPorts, fmt.Sprintf("%d/tcp", config.Proxy.AppPort))
		require.Contains(t, built.Config.Env, fmt.Sprintf("ZEITWORK_API_LISTEN=:%d", config.Proxy.AppPort))
		require.Equal(t, []string{packagedProgram}, built.Config.Entrypoint, "a role's command follows the program")

		require.Contains(t, config.Accessories["builder"].Image, "/zeitwork-builder:")
	}
}
