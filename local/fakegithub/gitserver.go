package fakegithub

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
)

const (
	uploadPack  = "git-upload-pack"
	receivePack = "git-receive-pack"
)

// git serves a repository to git.
func (s *Server) git(w http.ResponseWriter, r *http.Request) {
	if s.faults.strike(w, r) {
		return
	}

	service := r.URL.Query().Get("service")
	isAdvertisement := strings.HasSuffix(r.URL.Path, "/info/refs")

	if !isAdvertisement {
		service = r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	}

	if service != uploadPack && service != receivePack {
		http.Error(w, "Please upgrade your git client.", http.StatusForbidden)

		return
	}

	var (
		repository *repository
		status     int
		location   string
	)

	s.locked(func() { repository, status, location = s.admitGit(r, service == receivePack) })

	switch status {
	case http.StatusOK:
		s.serveGit(w, r, repository, service, isAdvertisement)
	case http.StatusMovedPermanently:
		http.Redirect(w, r, location, status)
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
		http.Error(w, "Repository not found.", status)
	case http.StatusForbidden:
		http.Error(w, "Write access to repository not granted.", status)
	default:
		http.Error(w, "Repository not found.", status)
	}
}

// admitGit finds the repository of a request and checks that the caller may fetch from it, or push to it.
func (s *Server) admitGit(r *http.Request, isPush bool) (*repository, int, string) {
	owner, name := r.PathValue("owner"), strings.TrimSuffix(r.PathValue("repo"), ".git")
	c := &call{Server: s, r: r, base: baseOf(r)}
	user, password, hasPassword := r.BasicAuth()

	if hasPassword {
		t := s.tokens[password]
		person := s.findAccount(user)

		switch {
		case t != nil && s.now().Before(t.expires) && (t.installation == nil || t.installation.suspended.IsZero()):
			c.token = t
		case person != nil && person.kind == kindUser && !strings.HasPrefix(password, "gh"):
			// Nobody has a password here. What looks like a token is one that is over.
			return s.admitPerson(person, owner, name)
		default:
			return nil, http.StatusUnauthorized, ""
		}
	}

	found := s.findRepository(owner, name)
	if found == nil {
		moved := s.repositories[s.renamed[strings.ToLower(owner+"/"+name)]]
		if moved != nil && c.sees(moved) {
			rest := strings.TrimPrefix(r.URL.RequestURI(), "/"+owner+"/"+r.PathValue("repo"))

			return nil, http.StatusMovedPermanently, c.base + "/" + moved.fullName() + ".git" + rest
		}
	}

	permission := "contents:read"
	if isPush {
		permission = "contents:write"
	}

	switch {
	case found != nil && c.sees(found) && c.may(found, permission) && !(isPush && found.archived):
		return found, http.StatusOK, ""
	case c.token == nil:
		return nil, http.StatusUnauthorized, ""
	case found != nil && c.sees(found):
		return nil, http.StatusForbidden, ""
	default:
		return nil, http.StatusNotFound, ""
	}
}

func (s *Server) admitPerson(person *account, owner, name string) (*repository, int, string) {
	found := s.findRepository(owner, name)

	switch {
	case found == nil || !person.belongsTo(found.owner):
		return nil, http.StatusNotFound, ""
	case found.archived:
		return nil, http.StatusForbidden, ""
	default:
		return found, http.StatusOK, ""
	}
}

// serveGit runs git on the repository's directory.
func (s *Server) serveGit(w http.ResponseWriter, r *http.Request, repository *repository, service string, isAdvertisement bool) {
	repository.git.Lock()
	defer repository.git.Unlock()

	directory, err := s.writeRepository(repository)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)

		return
	}

	arguments := []string{strings.TrimPrefix(service, "git-"), "--stateless-rpc"}
	kind := "result"

	if isAdvertisement {
		arguments, kind = append(arguments, "--advertise-refs"), "advertisement"
	}

	w.Header().Set("Content-Type", fmt.Sprintf("application/x-%s-%s", service, kind))
	w.Header().Set("Cache-Control", "no-cache, max-age=0, must-revalidate")

	if isAdvertisement {
		line := "# service=" + service + "\n"
		_, _ = fmt.Fprintf(w, "%04x%s0000", len(line)+4, line) //nolint:mnd // A packet begins with its length in four digits.
	}

	body := io.Reader(r.Body)

	if r.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)

			return
		}
	}

	command := exec.CommandContext(r.Context(), "git", append([]string{
		"-c", "uploadpack.allowAnySHA1InWant=true", "-c", "uploadpack.allowFilter=true", "-c", "receive.denyCurrentBranch=ignore",
	}, append(arguments, directory)...)...)
	command.Env = append(gitEnvironment(), "GIT_PROTOCOL="+r.Header.Get("Git-Protocol"))
	command.Stdin, command.Stdout = body, w
	_ = command.Run() // What is wrong with a request, git has told the caller.

	if service == receivePack && !isAdvertisement {
		if err := s.readRepository(repository, directory); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}
