package activities

import (
	"encoding/binary"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// newCommandApp returns a repository with the tool, files and that Dockerfile. Files whose name ends in .x are executable.
func newCommandApp(t *testing.T, dockerfile string, files map[string]string) *testRepository {
	t.Helper()

	repository := newApp(t, dockerfile)
	repository.write(files)

	for name := range files {
		if name[len(name)-2:] == ".x" {
			require.NoError(t, os.Chmod(repository.path(name), 0o755))
		}
	}

	repository.commit("Files", nil)

	return repository
}

func TestBuild_CommandThatCannotStart_IsToldAtTheEndOfTheBuild(t *testing.T) {
	t.Parallel()

	arm := make([]byte, 64)
	copy(arm, "\x7fELF")
	binary.LittleEndian.PutUint16(arm[18:], 0xb7)

	const script = "#!/tool\nexec \"$@\"\n"

	for name, test := range map[string]struct {
		dockerfile string
		files      map[string]string
		words      []string
	}{
		"Windows lines": {
			`ENTRYPOINT ["./entry.x"]`, map[string]string{"entry.x": "#!/bin/sh\r\nexec \"$@\"\r\n"},
			[]string{"ENTRYPOINT ./entry.x", "CRLF", `"/bin/sh\r"`, "sed -i", "/app/entry.x"},
		},
		"Windows lines by the shell": {`ENTRYPOINT ./entry.x --now`, map[string]string{"entry.x": "#!/bin/sh\r\n"}, []string{"ENTRYPOINT ./entry.x", "CRLF"}},
		"Windows lines of a CMD":     {`CMD ["/app/entry.x"]`, map[string]string{"entry.x": "#!/usr/bin/env sh\r\n"}, []string{"CMD /app/entry.x", "CRLF"}},
		"Windows lines behind an init": {
			"COPY tool /sbin/tini\n" + `ENTRYPOINT ["/sbin/tini", "-g", "--", "./entry.x"]`, map[string]string{"entry.x": "#!/bin/sh\r\n"},
			[]string{"ENTRYPOINT ./entry.x", "CRLF"},
		},
		"CMD behind an init": {
			"ENTRYPOINT [\"tini\", \"-e\", \"143\", \"--\"]\n" + `CMD ["./run"]`, map[string]string{"run": script},
			[]string{"CMD ./run", "not executable"},
		},
		"Windows lines for a shell": {
			"COPY tool /bin/sh\n" + `CMD ["/bin/sh", "run"]`, map[string]string{"run": "exec app\r\n"}, []string{"CMD run", "CRLF", "/app/run"},
		},
		"not executable":             {`ENTRYPOINT ["./entry"]`, map[string]string{"entry": script}, []string{"ENTRYPOINT ./entry", "not executable", "chmod +x /app/entry"}},
		"not executable on the PATH": {"ENV PATH=/nowhere:/app\n" + `CMD ["entry"]`, map[string]string{"entry": script}, []string{"CMD entry", "not executable", "/app/entry"}},
		"not there":                  {`ENTRYPOINT ["./entry"]`, nil, []string{"ENTRYPOINT ./entry", "no such program"}},
		"not on the PATH":            {`CMD ["gunicorn", "app"]`, nil, []string{"CMD gunicorn", "no such program"}},
		"no interpreter":             {`CMD ["./entry.x"]`, map[string]string{"entry.x": "#!/bin/bash\n"}, []string{"CMD ./entry.x", "asks for /bin/bash"}},
		"no interpreter for env":     {"COPY tool /usr/bin/env\n" + `CMD ["./entry.x"]`, map[string]string{"entry.x": "#!/usr/bin/env bash\n"}, []string{"asks for bash"}},
		"no first line":              {`CMD ["./entry.x"]`, map[string]string{"entry.x": "echo hello\n"}, []string{"CMD ./entry.x", "#! line"}},
		"byte order mark":            {`CMD ["./entry.x"]`, map[string]string{"entry.x": "\xef\xbb\xbf#!/tool\n"}, []string{"byte order mark"}},
		"another machine's":          {`CMD ["./entry.x"]`, map[string]string{"entry.x": string(arm)}, []string{"built for arm64", "linux/amd64"}},
		"CMD of an entrypoint":       {"ENTRYPOINT [\"./entry.x\"]\n" + `CMD ["./run"]`, map[string]string{"entry.x": script, "run": script}, []string{"CMD ./run", "not executable"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			bundle := setupBuilder(t)
			repository := newCommandApp(t, toolDockerfile+"WORKDIR /app\nCOPY . .\n"+test.dockerfile+"\n", test.files)
			_, log, err := bundle.build(t.Context(), bundle.request(t, repository))
			requireUsers(t, err, test.words...)
			require.NotContains(t, log, "exporting")
		})
	}
}

func TestBuild_CommandThatStarts_IsLeftAlone(t *testing.T) {
	t.Parallel()

	const script = "#!/tool\nexec \"$@\"\n"

	for name, test := range map[string]struct {
		dockerfile string
		files      map[string]string
	}{
		"mended in the Dockerfile": {`ENTRYPOINT ["/app/link"]`, map[string]string{"link": "", "entry.x": script}},
		"arguments of a program":   {"ENTRYPOINT [\"/tool\"]\nCMD [\"./run\"]", map[string]string{"run": script}},
		"script for the shell":     {"ENTRYPOINT ./entry.x", map[string]string{"entry.x": "echo hello\n"}},
		"words of the shell":       {"CMD cd /app && gunicorn", nil},
		"entrypoint that decides":  {"ENTRYPOINT [\"./entry.x\"]\nCMD [\"./run\"]", map[string]string{"entry.x": "#!/tool\nset -- node \"$@\"\nexec \"$@\"\n", "run": ""}},
		"options of an init":       {"COPY tool /sbin/dumb-init\nENTRYPOINT [\"dumb-init\", \"--rewrite\", \"15:3\", \"/tool\"]", nil},
		"nothing to start":         {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			bundle := setupBuilder(t)
			repository := newCommandApp(t, toolDockerfile+"WORKDIR /app\nCOPY . .\n"+test.dockerfile+"\n", test.files)

			if _, ok := test.files["link"]; ok {
				require.NoError(t, os.Remove(repository.path("link")))
				require.NoError(t, os.Symlink("../app/entry.x", repository.path("link")))
				repository.commit("Link", nil)
			}

			_, log, err := bundle.build(t.Context(), bundle.request(t, repository))
			require.NoError(t, err, log)
		})
	}
}
