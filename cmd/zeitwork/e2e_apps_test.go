package main_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

// app is the tree of a small application: path to content.
type app map[string]string

const dockerfile = `FROM node:22-slim
WORKDIR /app
COPY server.js ./
USER node
EXPOSE 3000
CMD ["node", "server.js"]
`

// serving is a well-behaved app that answers with the text on every path.
func serving(text string) app {
	return app{
		"Dockerfile": dockerfile,
		"server.js": fmt.Sprintf(`
const server = require("node:http").createServer((request, response) => response.end(%q));
server.listen(process.env.PORT, () => console.log("listening on " + process.env.PORT));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`, text),
	}
}

// running is an app whose process is the given JavaScript.
func running(script string) app {
	return app{"Dockerfile": dockerfile, "server.js": script}
}

// with returns the app with one more file, or another content of one.
func (a app) with(path, content string) app {
	changed := maps.Clone(a)
	changed[path] = content

	return changed
}

// repository is a git repository on this machine.
type repository struct {
	t   *testing.T
	dir string
}

// newRepository makes a repository whose branch main has one commit, the app.
func newRepository(t *testing.T, a app) *repository {
	t.Helper()

	// The command line names projects after the folder.
	r := &repository{t: t, dir: filepath.Join(t.TempDir(), "app-"+id.New().String())}
	require.NoError(t, os.Mkdir(r.dir, 0o755))
	r.git("init", "-q", "-b", "main")
	r.push(a)

	return r
}

func (r *repository) url() string { return "file://" + r.dir }

// push commits the app's files over what is there and returns the commit.
func (r *repository) push(a app) string {
	r.t.Helper()

	for path, content := range a {
		full := filepath.Join(r.dir, path)
		require.NoError(r.t, os.MkdirAll(filepath.Dir(full), 0o755))
		require.NoError(r.t, os.WriteFile(full, []byte(content), 0o600))
	}

	return r.commit()
}

// symlink commits a symbolic link.
func (r *repository) symlink(path, target string) {
	r.t.Helper()

	_ = os.Remove(filepath.Join(r.dir, path))
	require.NoError(r.t, os.Symlink(target, filepath.Join(r.dir, path)))
	r.commit()
}

func (r *repository) commit() string {
	r.t.Helper()

	r.git("add", "-A")
	r.git("-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "-q", "--allow-empty", "-m", "change")

	return r.git("rev-parse", "HEAD")
}

func (r *repository) git(arguments ...string) string {
	r.t.Helper()

	command := exec.CommandContext(r.t.Context(), "git", append([]string{"-C", r.dir}, arguments...)...)
	output, err := command.CombinedOutput()
	require.NoError(r.t, err, "%s", output)

	return strings.TrimSpace(string(output))
}
