package dockerfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
	"github.com/zeitwork/zeitwork/activities/detect/dockerfile"
)

var detectors = detecttest.Detectors{dockerfile.Detect}

func TestDetect_PlansForADockerfile(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files    map[string]string
		settings buildplan.Settings
		path     string
		port     int
		reason   string
		// isDefault tells that the source says nothing of ports.
		isDefault bool
		arguments []string
		notes     []string
	}{
		"at the top": {
			files: map[string]string{"Dockerfile": "FROM scratch\nEXPOSE 3000\n"},
			path:  "Dockerfile", port: 3000, reason: "There is a Dockerfile. It exposes port 3000.",
		},
		"in lower case": {
			files: map[string]string{"dockerfile": "FROM scratch\n"},
			path:  "dockerfile", port: 8080, isDefault: true, reason: "There is a dockerfile. It exposes no port, so the app is told by PORT to listen on 8080.",
		},
		"in a root directory": {
			files:    map[string]string{"apps/web/Dockerfile": "FROM scratch\nEXPOSE 80/tcp 53/udp\n"},
			settings: buildplan.Settings{RootDirectory: "apps/web"},
			path:     "Dockerfile", port: 80, reason: "There is a Dockerfile. It exposes port 80.",
		},
		"under another name": {
			files:    map[string]string{"docker/app.Dockerfile": "FROM scratch\n"},
			settings: buildplan.Settings{DockerfilePath: "./docker/app.Dockerfile", Port: 4000},
			path:     "docker/app.Dockerfile", port: 4000,
			reason: "There is a docker/app.Dockerfile. The project's settings say that the app listens on port 4000.",
		},
		"port in a variable": {
			files: map[string]string{"Dockerfile": "ARG P=3000\nFROM scratch\nENV Q=${P}\nEXPOSE $Q\n"},
			path:  "Dockerfile", port: 3000, reason: "There is a Dockerfile. It exposes port 3000.",
		},
		"port of another stage": {
			files: map[string]string{"Dockerfile": "FROM scratch AS tests\nEXPOSE 9\nFROM scratch\nEXPOSE 3000\n"},
			path:  "Dockerfile", port: 3000, reason: "There is a Dockerfile. It exposes port 3000.",
		},
		"port of a stage below": {
			files: map[string]string{"Dockerfile": "FROM scratch AS base\nEXPOSE 3000\nFROM base AS app\nFROM app\n"},
			path:  "Dockerfile", port: 3000, reason: "There is a Dockerfile. It exposes port 3000.",
		},
		"several ports": {
			files: map[string]string{"Dockerfile": "FROM scratch\nEXPOSE 3000-3001\n"},
			path:  "Dockerfile", port: 8080, reason: "There is a Dockerfile. It exposes the ports 3000, 3001, so the app is told by PORT to listen on 8080. If it listens on one of them anyway, set the project's port.",
		},
		"port of TLS beside another": {
			files: map[string]string{"Dockerfile": "FROM scratch\nEXPOSE 80 443\n"},
			path:  "Dockerfile", port: 80, reason: "There is a Dockerfile. It exposes port 80.",
		},
		"port of the stage that is asked for": {
			files:    map[string]string{"Dockerfile": "FROM scratch AS Web\nEXPOSE 3000\nFROM scratch AS worker\nEXPOSE 9\n"},
			settings: buildplan.Settings{DockerfileTarget: "web"},
			path:     "Dockerfile", port: 3000, reason: "There is a Dockerfile. It exposes port 3000.",
		},
		"arguments": {
			files: map[string]string{"Dockerfile": "ARG NODE=22\nFROM node:${NODE}\nARG NEXT_PUBLIC_URL\nARG SENTRY_DSN REVISION\nARG PASSWORD UNKNOWN\nEXPOSE 80\n"},
			settings: buildplan.Settings{
				Variables: []string{"NODE", "NEXT_PUBLIC_URL", "SENTRY_DSN", "PASSWORD", "VITE_OTHER"}, BuildVariables: []string{"SENTRY_DSN"},
			},
			path: "Dockerfile", port: 80, reason: "There is a Dockerfile. It exposes port 80.",
			arguments: []string{"NEXT_PUBLIC_URL", "SENTRY_DSN"},
			notes: []string{
				"ARG SENTRY_DSN: whoever can read the image can read the value of this variable, too.",
				"ARG NODE, PASSWORD: this Dockerfile does not get the value of the project's variable, since it would be readable in the image. Where that does no harm, " +
					"name it by --build-variables; a secret is to be had by RUN --mount=type=secret,id=NODE,env=NODE.",
			},
		},
		"syntax line": {
			files: map[string]string{"Dockerfile": "# syntax=docker.io/docker/dockerfile:1.7-labs\nFROM scratch\n"},
			path:  "Dockerfile", port: 8080, isDefault: true, reason: "There is a Dockerfile. It exposes no port, so the app is told by PORT to listen on 8080.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan, err := detectors.Detect(t, test.files, test.settings)
			require.NoError(t, err)
			require.Equal(t, buildplan.Plan{
				Framework: buildplan.FrameworkDockerfile, Reason: test.reason, Versions: map[string]string{}, Port: test.port, PortIsDefault: test.isDefault,
				DockerfilePath: test.path, Target: test.settings.DockerfileTarget, Arguments: test.arguments, Notes: test.notes,
			}, plan)
		})
	}
}

func TestDetect_NamesTheSecretsThatAreMounted(t *testing.T) {
	t.Parallel()

	plan, err := detectors.Detect(t, map[string]string{"Dockerfile": "FROM scratch AS base\nRUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN npm ci\n" +
		"RUN --mount=type=cache,target=/c --mount=type=secret,target=/run/secrets/LICENSE true\nFROM base\nRUN --mount=type=secret,id=NPM_TOKEN true\n"},
		buildplan.Settings{})
	require.NoError(t, err)
	require.Equal(t, []string{"LICENSE", "NPM_TOKEN"}, plan.Secrets)
}

func TestDetect_ExplainsWhatIsWrong(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files    map[string]string
		settings buildplan.Settings
		words    []string
	}{
		"named Dockerfile is not there":     {map[string]string{"index.html": "", "package.json": "{}"}, buildplan.Settings{DockerfilePath: "docker/app.Dockerfile"}, []string{"no docker/app.Dockerfile in the repository"}},
		"target without a Dockerfile":       {map[string]string{"index.html": ""}, buildplan.Settings{DockerfileTarget: "web"}, []string{"no Dockerfile in the repository", "stage web"}},
		"target that is not there":          {map[string]string{"Dockerfile": "FROM scratch AS a\nFROM a AS b\n"}, buildplan.Settings{DockerfileTarget: "web"}, []string{`no stage "web"`, "It has a, b."}},
		"target where no stage has a name":  {map[string]string{"Dockerfile": "FROM scratch\n"}, buildplan.Settings{DockerfileTarget: "web"}, []string{`no stage "web"`, "FROM node AS web"}},
		"bracket in .dockerignore":          {map[string]string{"Dockerfile": "FROM scratch\n", ".dockerignore": "node_modules\n[abc\n"}, buildplan.Settings{}, []string{`.dockerignore cannot be read: "[abc" is no pattern`}},
		"pattern that is none when used":    {map[string]string{"Dockerfile": "FROM scratch\n", ".dockerignore": "!a[]b]\n"}, buildplan.Settings{}, []string{".dockerignore", "is no pattern"}},
		".dockerignore of one Dockerfile":   {map[string]string{"Dockerfile": "FROM scratch\n", "Dockerfile.dockerignore": "[a\n", ".dockerignore": ""}, buildplan.Settings{}, []string{"Dockerfile.dockerignore", "is no pattern"}},
		"Dockerfile above":                  {nil, buildplan.Settings{DockerfilePath: "../Dockerfile"}, []string{"leads out of the root directory"}},
		"absolute Dockerfile":               {nil, buildplan.Settings{DockerfilePath: "/etc/passwd"}, []string{"leads out of the root directory"}},
		"Dockerfile is a directory":         {map[string]string{"Dockerfile/x": ""}, buildplan.Settings{}, []string{"Dockerfile is not a file"}},
		"Dockerfile without end":            {map[string]string{"Dockerfile": strings.Repeat("#", 1<<20+1)}, buildplan.Settings{}, []string{"larger than 1 MiB"}},
		"empty Dockerfile":                  {map[string]string{"Dockerfile": ""}, buildplan.Settings{}, []string{"file with no instructions"}},
		"Dockerfile without FROM":           {map[string]string{"Dockerfile": "ARG A=1\n"}, buildplan.Settings{}, []string{"no FROM instruction"}},
		"instruction before FROM":           {map[string]string{"Dockerfile": "RUN true\n"}, buildplan.Settings{}, []string{"line 1"}},
		"unknown instruction":               {map[string]string{"Dockerfile": "FROM scratch\n\nCOPPY . .\n"}, buildplan.Settings{}, []string{"Dockerfile, line 3: unknown instruction: COPPY"}},
		"unterminated heredoc":              {map[string]string{"Dockerfile": "FROM scratch\nCOPY <<EOF /x\nhello\n"}, buildplan.Settings{}, []string{"line 2", "heredoc"}},
		"frontend of the customer's choice": {map[string]string{"Dockerfile": "# syntax=evil.example/frontend\nFROM scratch\n"}, buildplan.Settings{}, []string{"line 1", "evil.example/frontend", "docker/dockerfile:1"}},
		"frontend with a look-alike name":   {map[string]string{"Dockerfile": "# syntax=docker/dockerfile-upstream:master\nFROM scratch\n"}, buildplan.Settings{}, []string{"docker/dockerfile:1"}},
		"download by ADD":                   {map[string]string{"Dockerfile": "FROM scratch\nADD http://169.254.169.254/ /x\n"}, buildplan.Settings{}, []string{"line 2: ADD cannot download"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := detectors.Detect(t, test.files, test.settings)
			detecttest.RequireUsers(t, err, test.words...)
		})
	}
}

func TestDetect_LinksOutOfTheSource_AreRefused(t *testing.T) {
	t.Parallel()

	tree := detecttest.NewTree(t, map[string]string{"app/main.py": ""})
	outside := detecttest.NewTree(t, map[string]string{"Dockerfile": "FROM scratch\n"})
	require.NoError(t, os.Symlink(outside, filepath.Join(tree, "absolute")))
	require.NoError(t, os.Symlink("../../../../../../../../"+outside, filepath.Join(tree, "relative")))
	require.NoError(t, os.Symlink(filepath.Join(outside, "Dockerfile"), filepath.Join(tree, "app", "Dockerfile")))
	require.NoError(t, unix.Mkfifo(filepath.Join(tree, "pipe"), 0o600))

	for _, rootDirectory := range []string{"absolute", "relative"} {
		_, err := detectors.DetectIn(t, tree, buildplan.Settings{RootDirectory: rootDirectory})
		detecttest.RequireUsers(t, err, "is not a directory inside the repository")
	}

	_, err := detectors.DetectIn(t, tree, buildplan.Settings{RootDirectory: "app"})
	detecttest.RequireUsers(t, err, "not a file inside the root directory")

	_, err = detectors.DetectIn(t, tree, buildplan.Settings{DockerfilePath: "absolute/Dockerfile"})
	detecttest.RequireUsers(t, err, "not a file inside the root directory")

	_, err = detectors.DetectIn(t, tree, buildplan.Settings{DockerfilePath: "pipe"})
	detecttest.RequireUsers(t, err, "not a file inside the root directory")
}

func TestDetect_LinksInsideTheSource_AreFollowed(t *testing.T) {
	t.Parallel()

	tree := detecttest.NewTree(t, map[string]string{"apps/web/docker/app": "FROM scratch\n"})
	require.NoError(t, os.Symlink("apps/web", filepath.Join(tree, "web")))
	require.NoError(t, os.Symlink("docker/app", filepath.Join(tree, "apps", "web", "Dockerfile")))

	plan, err := detectors.DetectIn(t, tree, buildplan.Settings{RootDirectory: "web"})
	require.NoError(t, err)
	require.Equal(t, "Dockerfile", plan.DockerfilePath)
}
