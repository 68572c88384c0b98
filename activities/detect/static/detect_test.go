package static

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

var detectors = detecttest.Detectors{Detect}

func TestStatic_SiteWithNothingToBuild_IsServedByNginx(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files    map[string]string
		settings buildplan.Settings
		golden   string
		port     int
		reason   string
		ignore   string
	}{
		"at the top": {
			files:  map[string]string{"index.html": "", "public/index.html": ""},
			golden: "static.Dockerfile", port: 8080, ignore: dockerignore,
			reason: "There is index.html and nothing to build, so the files are served by nginx. It listens on PORT, which is 8080.",
		},
		"in public": {
			files:    map[string]string{"public/index.html": "", ".dockerignore": "drafts"},
			settings: buildplan.Settings{Port: 3000},
			golden:   "static_public.Dockerfile", port: 3000,
			reason: "There is public/index.html and nothing to build, so the files are served by nginx. " +
				"The project's settings say that the app listens on port 3000.",
		},
		"with tools of its own": {
			files:  map[string]string{"index.html": "", "package.json": `{"scripts":{"lint":"prettier ."}}`},
			golden: "static.Dockerfile", port: 8080, ignore: dockerignore,
			reason: "There is index.html and nothing to build, so the files are served by nginx. It listens on PORT, which is 8080.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan, err := detectors.Detect(t, test.files, test.settings)
			require.NoError(t, err)
			detecttest.RequireGolden(t, test.golden, plan.Dockerfile)

			plan.Dockerfile = ""
			require.Equal(t, buildplan.Plan{
				Framework: buildplan.FrameworkStatic, Reason: test.reason, Versions: map[string]string{}, Port: test.port, Dockerignore: test.ignore,
			}, plan)
		})
	}
}

func TestStatic_WhatIsBuilt_IsNotServedAsItIs(t *testing.T) {
	t.Parallel()

	detectors.RequirePlan(t, map[string]string{"index.html": "", "package.json": `{"scripts":{"start":"live-server"}}`}, buildplan.Settings{})

	for _, script := range []string{"build", "start"} {
		detectors.RequireNotTaken(t, map[string]string{"index.html": "", "package.json": `{"scripts":{"` + script + `":"make"}}`}, buildplan.Settings{})
	}
}

func TestStatic_PackageJSONThatIsNone_IsToldToTheUser(t *testing.T) {
	t.Parallel()

	_, err := detectors.Detect(t, map[string]string{"index.html": "", "package.json": "{,}"}, buildplan.Settings{})
	detecttest.RequireUsers(t, err, "package.json is not valid JSON", "invalid character ','")
}

func TestStatic_PageBesideAnotherLanguage_IsNoSite(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files map[string]string
		words []string
	}{
		"Python":            {map[string]string{"index.html": "", "app.py": "SECRET"}, []string{"There is index.html beside app.py", "an app in Python", "not built without a Dockerfile", "Add a Dockerfile"}},
		"a page in public":  {map[string]string{"public/index.html": "", "go.mod": ""}, []string{"There is public/index.html beside go.mod", "an app in Go"}},
		"PHP":               {map[string]string{"index.html": "", "contact.php": ""}, []string{"beside contact.php", "an app in PHP"}},
		"C#":                {map[string]string{"index.html": "", "App.csproj": ""}, []string{"beside App.csproj", "an app in C#"}},
		"only its Procfile": {map[string]string{"index.html": "", "Procfile": "web: ./server --port $PORT\n"}, []string{`a Procfile that starts "./server --port $PORT"`, "Add a Dockerfile"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detectors.RequireError(t, test.files, buildplan.Settings{}, test.words...)
		})
	}

	detectors.RequirePlan(t, map[string]string{"index.html": `<script src="https://pyscript.net/x.js">`, "main.py": ""}, buildplan.Settings{})
	detectors.RequirePlan(t, map[string]string{"index.html": "", "install.sh": "", "scripts/make.py": ""}, buildplan.Settings{})
}
