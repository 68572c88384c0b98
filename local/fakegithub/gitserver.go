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
		_, _ = fmt.Fprintf(w, "%04x%s0000", len(line)+4, line) //nolint:mnd,gosec // A packet begins with its length in four digits; it is no page.
	}

	body := io.Reader(r.Body)

	if r.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)

			return
		}
	}

	//nolint:gosec // The service is one of two, and the directory is the server's.
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
