package activities

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/test/fixtures"
	"github.com/zeitwork/zeitwork/test/rig"
)

func TestRails_ExampleIsBuiltAndAnswers_AndALaterCommitInstallsNoGems(t *testing.T) {
	t.Parallel()

	example := &exampleApp{builderBundle: setupFrameworks(t), repository: newRepository(t, nil)}
	require.NoError(t, fixtures.WriteVendoredRails(t.Context(), example.repository.directory, rig.CacheDir()))
	example.repository.commit("The example", nil)

	cold := example.build(t)
	image := example.image(t, ImageRepository(example.project), cold.Digest)

	example.replace(t, "app/views/home/index.html.erb", "Hello from Rails", "Changed")
	changed := example.build(t)
	require.NotEqual(t, cold.Digest, changed.Digest)
	require.True(t, changed.that(t, "bundle install").Cached, "gems are installed again:\n%s", changed.vertices)
	require.True(t, changed.that(t, "COPY --from=gems /srv/rails/tmp").Cached, "the gems' layers are made again:\n%s", changed.vertices)
	require.False(t, changed.that(t, "assets:precompile").Cached, "the change is not built:\n%s", changed.vertices)

	app := runImage(t, image, "SECRET_KEY_BASE=secret")

	for path, want := range map[string]string{"/up": "", "/": "Hello from Rails", "/api/hello": `"user":1000`} {
		response, body := app.get(t, http.MethodGet, path, "X-Forwarded-Proto", "https")
		require.Equal(t, http.StatusOK, response.StatusCode, "%s: %s\n%s", path, body, app.log())
		require.Contains(t, body, want)
	}

	_, page := app.get(t, http.MethodGet, "/", "X-Forwarded-Proto", "https")
	stylesheet := regexp.MustCompile(`/assets/application-\w+\.css`).FindString(page)
	require.NotEmpty(t, stylesheet, page)

	response, _ := app.get(t, http.MethodGet, stylesheet, "X-Forwarded-Proto", "https")
	require.Equal(t, http.StatusOK, response.StatusCode, app.log())
}
