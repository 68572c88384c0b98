package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRepositoryURL_IsOneThatThePlatformCanFetch(t *testing.T) {
	t.Parallel()

	cases := map[string]struct{ origin, want string }{
		"https as it is":             {"https://git.example.com/me/app.git", "https://git.example.com/me/app.git"},
		"credentials are left out":   {"https://me:secret@git.example.com/me/app.git", "https://git.example.com/me/app.git"},
		"git's short form of SSH":    {"git@git.example.com:me/app.git", "https://git.example.com/me/app.git"},
		"SSH with a port":            {"ssh://git@git.example.com:2222/me/app.git", "https://git.example.com/me/app.git"},
		"a path":                     {"/srv/git/app.git", "file:///srv/git/app.git"},
		"a space in a path":          {"/srv/my app", "file:///srv/my%20app"},
		"a percent sign in a path":   {"/srv/100%", "file:///srv/100%25"},
		"git's own form of a file":   {"file:///srv/my app", "file:///srv/my%20app"},
		"git's old protocol":         {"git://git.example.com/me/app.git", "https://git.example.com/me/app.git"},
		"a path beside the tree":     {"../app.git", "file:///home/me/app.git"},
		"no origin: the tree itself": {"", "file:///home/me/work"},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, repositoryURL(c.origin, "/home/me/work"))
		})
	}
}

func TestSameRepository_LooksAtTheMeaningAndNotAtTheLetters(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	for _, name := range []string{"only.git", "both", "both.git", "plain"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
	}

	require.NoError(t, os.Symlink("plain", filepath.Join(dir, "elsewhere")))

	file := func(name string) string { return fileURL(filepath.Join(dir, name)) }

	cases := map[string]struct {
		one, other string
		want       bool
	}{
		"with and without .git":        {"https://github.com/me/app", "https://github.com/me/app.git", true},
		"a slash at the end":           {"https://git.example.com/me/app/", "https://git.example.com/me/app.git", true},
		"another protocol":             {"http://git.example.com/me/app", "https://git.example.com:443/me/app", true},
		"the host in capitals":         {"https://GitHub.com/me/app", "https://github.com/me/app", true},
		"the path in capitals there":   {"https://github.com/Me/App", "https://github.com/me/app", true},
		"the path in capitals":         {"https://git.example.com/Me/App", "https://git.example.com/me/app", false},
		"GitHub's SSH on port 443":     {"https://ssh.github.com/me/app.git", "https://github.com/me/app", true},
		"another repository":           {"https://github.com/me/app", "https://github.com/me/app2", false},
		"another owner":                {"https://github.com/you/app", "https://github.com/me/app", false},
		"another port":                 {"https://git.example.com:8443/me/app", "https://git.example.com/me/app", false},
		"a folder without its .git":    {file("only"), file("only.git"), true},
		"two folders of almost a name": {file("both"), file("both.git"), false},
		"a link to the folder":         {file("elsewhere"), file("plain"), true},
		"the folder's .git":            {file("plain/.git"), file("plain"), true},
		"a folder is not a host":       {"file:///me/app", "https://github.com/me/app", false},
		"folders that are not here":    {"file:///not/here/app.git", "file:///not/here/app", true},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, sameRepository(c.one, c.other))
			require.Equal(t, c.want, sameRepository(c.other, c.one))
		})
	}
}
