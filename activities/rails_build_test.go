package activities

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/examples"
)

func TestRails_ExampleIsBuiltAndAnswers(t *testing.T) {
	t.Parallel()

	bundle := setupFrameworks(t)
	directory := t.TempDir()
	require.NoError(t, examples.WriteRails(t.Context(), directory, cacheDir()))

	plan, image := bundle.buildTree(t, directory, detect.Settings{Variables: []string{"SECRET_KEY_BASE"}})
	require.Equal(t, detect.FrameworkRails, plan.Framework)

	app := runImage(t, image, "3000", "SECRET_KEY_BASE=secret")

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
	require.Contains(t, response.Header.Get("Cache-Control"), "max-age", stylesheet)
}
