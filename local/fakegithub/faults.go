package fakegithub

import (
	"bytes"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong with requests.
type Fault struct {
	// Path is a pattern of path.Match for the path of a request, or a prefix that ends in a slash; empty for every request.
	Path string
	// Times is how many requests it strikes; zero for all of them until it is removed.
	Times int
	// Strike answers instead of the server. Without an answer of its own it returns false, and the request goes on.
	Strike func(w http.ResponseWriter, r *http.Request) bool
	// Lose, in place of Strike, has the server do what it is asked and cuts the connection in place of its answer.
	Lose bool
}

type faults struct {
	mutex sync.Mutex
	all   []*Fault
}

// AddFault has requests go wrong from now on. The function that it returns ends that.
func (s *Server) AddFault(fault Fault) (remove func()) {
	s.faults.mutex.Lock()
	defer s.faults.mutex.Unlock()

	added := &fault
	s.faults.all = append(s.faults.all, added)

	return func() {
		s.faults.mutex.Lock()
		defer s.faults.mutex.Unlock()

		s.faults.all = slices.DeleteFunc(s.faults.all, func(f *Fault) bool { return f == added })
	}
}

func (f *Fault) matches(requested string) bool {
	if f.Path == "" || strings.HasSuffix(f.Path, "/") && strings.HasPrefix(requested, f.Path) {
		return true
	}

	matched, err := path.Match(f.Path, requested)

	return err == nil && matched
}

// take returns the first fault of the request's path for which it holds, and counts it; nil for none.
func (f *faults) take(r *http.Request, lose bool) *Fault {
	f.mutex.Lock()
	defer f.mutex.Unlock()

	index := slices.IndexFunc(f.all, func(candidate *Fault) bool { return candidate.Lose == lose && candidate.matches(r.URL.Path) })
	if index < 0 {
		return nil
	}

	found := f.all[index]

	if found.Times > 0 {
		found.Times--
		if found.Times == 0 {
			f.all = slices.Delete(f.all, index, index+1)
		}
	}

	return found
}

// strike has a fault strike before a request is answered, and tells whether that answered it.
func (f *faults) strike(w http.ResponseWriter, r *http.Request) bool {
	found := f.take(r, false)
	if found == nil {
		return false
	}

	// Only once the body is read does net/http notice that whoever asks has gone.
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))

	return err != nil || found.Strike(w, r)
}

// lose cuts the connection of a request that was done, where a fault wants that.
func (f *faults) lose(r *http.Request) {
	if f.take(r, true) != nil {
		panic(http.ErrAbortHandler)
	}
}

// Slow holds a request up for that long, or until whoever asks gives up.
func Slow(by time.Duration) func(http.ResponseWriter, *http.Request) bool {
	return func(_ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-time.After(by):
			return false
		case <-r.Context().Done():
			return true
		}
	}
}

// Status answers with a status and GitHub's JSON for an error.
func Status(status int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		write(w, failure(status, http.StatusText(status)))

		return true
	}
}

// Unicorn answers 502 with a page of HTML, which is what GitHub's proxies do when nothing behind them answers.
func Unicorn(w http.ResponseWriter, _ *http.Request) bool {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusBadGateway)
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head><body>We had issues producing the response.</body></html>")

	return true
}

// SecondaryLimit answers as when a secondary limit is passed.
func SecondaryLimit(w http.ResponseWriter, _ *http.Request) bool {
	write(w, overSecondaryLimit())

	return true
}

// CutConnection ends the connection without an answer.
func CutConnection(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }

// EmptyBody answers 200 with nothing.
func EmptyBody(w http.ResponseWriter, _ *http.Request) bool {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusOK)

	return true
}
