package detect

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestDetect_PlansForADockerfile(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files    map[string]string
		settings Settings
		path     string
		port     int
		reason   string
	}{
		"at the top": {
			files: map[string]string{"Dockerfile": "FROM scratch\nEXPOSE 3000\n"},
			path:  "Dockerfile", port: 3000, reason: "There is a Dockerfile. It exposes port 3000.",
		},
		"in lower case": {
			files: map[string]string{"dockerfile": "FROM scratch\n"},
			path:  "dockerfile", port: 8080, reason: "There is a dockerfile. It exposes no port, so the app is told by PORT to listen on 8080.",
		},
		"in a root directory": {
			files:    map[string]string{"apps/web/Dockerfile": "FROM scratch\nEXPOSE 80/tcp 53/udp\n"},
			settings: Settings{RootDirectory: "apps/web"},
			path:     "Dockerfile", port: 80, reason: "There is a Dockerfile. It exposes port 80.",
		},
		"under another name": {
			files:    map[string]string{"docker/app.Dockerfile": "FROM scratch\n"},
			settings: Settings{DockerfilePath: "./docker/app.Dockerfile", Port: 4000},
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
			path:  "Dockerfile", port: 8080, reason: "There is a Dockerfile. It exposes several ports, so the app is told by PORT to listen on 8080.",
		},
		"syntax line": {
			files: map[string]string{"Dockerfile": "# syntax=docker.io/docker/dockerfile:1.7-labs\nFROM scratch\n"},
			path:  "Dockerfile", port: 8080, reason: "There is a Dockerfile. It exposes no port, so the app is told by PORT to listen on 8080.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan, err := Detect(newTree(t, test.files), test.settings)
			require.NoError(t, err)
			require.Equal(t, Plan{
				Framework: FrameworkDockerfile, Reason: test.reason, Versions: map[string]string{}, Port: test.port, DockerfilePath: test.path,
			}, plan)
		})
	}
}

func TestDetect_ExplainsWhatIsWrong(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files    map[string]string
		settings Settings
		words    []string
	}{
		"nothing known":                     {map[string]string{"main.py": ""}, Settings{}, []string{"no Dockerfile", "Add a Dockerfile"}},
		"Dockerfile elsewhere":              {map[string]string{"apps/web/Dockerfile": "FROM scratch"}, Settings{}, []string{"There is a Dockerfile in apps/web"}},
		"Dockerfile not at the path":        {map[string]string{"Dockerfile": "FROM scratch"}, Settings{DockerfilePath: "web.Dockerfile"}, []string{"no web.Dockerfile"}},
		"root directory not there":          {map[string]string{"Dockerfile": "FROM scratch"}, Settings{RootDirectory: "web"}, []string{`no directory "web"`}},
		"root directory is a file":          {map[string]string{"web": ""}, Settings{RootDirectory: "web"}, []string{`"web" is not a directory`}},
		"root directory above":              {nil, Settings{RootDirectory: ".."}, []string{"leads out of the repository"}},
		"root directory above, hidden":      {map[string]string{"a/b": ""}, Settings{RootDirectory: "a/../../x"}, []string{"leads out of the repository"}},
		"absolute root directory":           {nil, Settings{RootDirectory: "/etc"}, []string{"leads out of the repository"}},
		"Dockerfile above":                  {nil, Settings{DockerfilePath: "../Dockerfile"}, []string{"leads out of the root directory"}},
		"absolute Dockerfile":               {nil, Settings{DockerfilePath: "/etc/passwd"}, []string{"leads out of the root directory"}},
		"Dockerfile is a directory":         {map[string]string{"Dockerfile/x": ""}, Settings{}, []string{"Dockerfile is not a file"}},
		"Dockerfile without end":            {map[string]string{"Dockerfile": strings.Repeat("#", 1<<20+1)}, Settings{}, []string{"larger than 1 MiB"}},
		"empty Dockerfile":                  {map[string]string{"Dockerfile": ""}, Settings{}, []string{"file with no instructions"}},
		"Dockerfile without FROM":           {map[string]string{"Dockerfile": "ARG A=1\n"}, Settings{}, []string{"no FROM instruction"}},
		"instruction before FROM":           {map[string]string{"Dockerfile": "RUN true\n"}, Settings{}, []string{"line 1"}},
		"unknown instruction":               {map[string]string{"Dockerfile": "FROM scratch\n\nCOPPY . .\n"}, Settings{}, []string{"Dockerfile, line 3: unknown instruction: COPPY"}},
		"unterminated heredoc":              {map[string]string{"Dockerfile": "FROM scratch\nCOPY <<EOF /x\nhello\n"}, Settings{}, []string{"line 2", "heredoc"}},
		"frontend of the customer's choice": {map[string]string{"Dockerfile": "# syntax=evil.example/frontend\nFROM scratch\n"}, Settings{}, []string{"line 1", "evil.example/frontend", "docker/dockerfile:1"}},
		"frontend with a look-alike name":   {map[string]string{"Dockerfile": "# syntax=docker/dockerfile-upstream:master\nFROM scratch\n"}, Settings{}, []string{"docker/dockerfile:1"}},
		"download by ADD":                   {map[string]string{"Dockerfile": "FROM scratch\nADD http://169.254.169.254/ /x\n"}, Settings{}, []string{"line 2: ADD cannot download"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := Detect(newTree(t, test.files), test.settings)
			requireUsers(t, err, test.words...)
		})
	}
}

func TestDetect_LinksOutOfTheSource_AreRefused(t *testing.T) {
	t.Parallel()

	tree := newTree(t, map[string]string{"app/main.py": ""})
	outside := newTree(t, map[string]string{"Dockerfile": "FROM scratch\n"})
	require.NoError(t, os.Symlink(outside, filepath.Join(tree, "absolute")))
	require.NoError(t, os.Symlink("../../../../../../../../"+outside, filepath.Join(tree, "relative")))
	require.NoError(t, os.Symlink(filepath.Join(outside, "Dockerfile"), filepath.Join(tree, "app", "Dockerfile")))
	require.NoError(t, unix.Mkfifo(filepath.Join(tree, "pipe"), 0o600))

	for _, rootDirectory := range []string{"absolute", "relative"} {
		_, err := Detect(tree, Settings{RootDirectory: rootDirectory})
		requireUsers(t, err, "is not a directory inside the repository")
	}

	_, err := Detect(tree, Settings{RootDirectory: "app"})
	requireUsers(t, err, "not a file inside the root directory")

	_, err = Detect(tree, Settings{DockerfilePath: "absolute/Dockerfile"})
	requireUsers(t, err, "not a file inside the root directory")

	_, err = Detect(tree, Settings{DockerfilePath: "pipe"})
	requireUsers(t, err, "not a file inside the root directory")
}

func TestDetect_LinksInsideTheSource_AreFollowed(t *testing.T) {
	t.Parallel()

	tree := newTree(t, map[string]string{"apps/web/docker/app": "FROM scratch\n"})
	require.NoError(t, os.Symlink("apps/web", filepath.Join(tree, "web")))
	require.NoError(t, os.Symlink("docker/app", filepath.Join(tree, "apps", "web", "Dockerfile")))

	plan, err := Detect(tree, Settings{RootDirectory: "web"})
	require.NoError(t, err)
	require.Equal(t, "Dockerfile", plan.DockerfilePath)
}
