package install

import (
	_ "embed" // For the script.
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/zeitwork/zeitwork/internal/version"
)

const (
	// Path is what the paths begin with that New answers.
	Path = "/install/"

	programPath = Path + "zeitwork/"
	// programTimeout is how long the program may take to be fetched.
	programTimeout = 30 * time.Minute
	// mostFetches is how many fetch the program at once: it is large, and for everybody.
	mostFetches = 4
	// retryAfter is after how many seconds the others may ask again.
	retryAfter = "30"
)

//go:embed join.sh
var script string

// Options say what is served.
type Options struct {
	// APIURL returns where the API is reached, without a slash at the end.
	APIURL func() string
	// Program is the file of the program; empty: the one that runs.
	Program string
	// Failed is told why nothing could be served.
	Failed func(request *http.Request, err error)
}

// New answers GET below Path. The program is read when it is first asked for.
func New(options Options) http.Handler {
	open := sync.OnceValues(func() (executable, error) { return openExecutable(options.Program) })
	fetches := make(chan struct{}, mostFetches)
	mux := http.NewServeMux()

	found := func(writer http.ResponseWriter, request *http.Request) (executable, bool) {
		program, err := open()
		if err != nil {
			options.Failed(request, err)
			// The script's shell shows this sentence to the operator.
			http.Error(writer, "The API cannot serve its program: copy zeitwork to the machine, and run its `join` there.", http.StatusServiceUnavailable)
		}

		return program, err == nil
	}

	for kind, service := range map[string]string{"node": "nodeagent", "edge": "edgeproxy"} {
		mux.HandleFunc("GET "+Path+kind, func(writer http.ResponseWriter, request *http.Request) {
			program, ok := found(writer, request)
			if !ok {
				return
			}

			writer.Header().Set("Content-Type", "text/x-shellscript; charset=utf-8")
			writer.Header().Set("Cache-Control", "no-store")
			_, _ = io.WriteString(writer, strings.NewReplacer(
				"@KIND@", kind, "@SERVICE@", service,
				"@API_URL@", options.APIURL(), "@ARCHITECTURE@", runtime.GOARCH, "@SHA256@", program.sum, "@VERSION@", version.Get().Version,
			).Replace(script))
		})
	}

	mux.HandleFunc("GET "+programPath+"{sum}", func(writer http.ResponseWriter, request *http.Request) {
		program, ok := found(writer, request)
		if !ok {
			return
		}

		// Of several APIs one may have been upgraded already.
		if request.PathValue("sum") != program.sum {
			http.Error(writer, "This API has another build of zeitwork: run the command again, which fetches the script anew.", http.StatusNotFound)

			return
		}

		select {
		case fetches <- struct{}{}:
			defer func() { <-fetches }()
		default:
			writer.Header().Set("Retry-After", retryAfter)
			http.Error(writer, "Other machines are fetching zeitwork: run this again in half a minute.", http.StatusServiceUnavailable)

			return
		}

		// A writer without deadlines is one of a test.
		_ = http.NewResponseController(writer).SetWriteDeadline(time.Now().Add(programTimeout))

		writer.Header().Set("Content-Type", "application/octet-stream")
		writer.Header().Set("Cache-Control", "public, max-age=3600, immutable")
		http.ServeContent(writer, request, "", time.Time{}, io.NewSectionReader(program.file, 0, program.size))
	})

	return mux
}
