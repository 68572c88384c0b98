package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"
)

// Paths on which the app answers. Whatever else it is asked it answers with Started.
const (
	FactsPath    = "/facts"
	DialPath     = "/dial"     // It takes a list of addresses as JSON, such as "tcp 192.0.2.1:80", and answers with a list of Dialed.
	ResolvePath  = "/resolve"  // It asks the nameservers of the VM, and answers with a list of Resolved.
	BurnPath     = "/burn"     // It computes for n milliseconds on all processors, and answers with Burned.
	CrowdPath    = "/crowd"    // It starts up to n processes, and answers with Crowd.
	FillPath     = "/fill"     // It writes up to n bytes to its disk, and answers with Filled.
	AllocatePath = "/allocate" // It takes memory until it is ended.
	WritePath    = "/write"    // It writes to its log; see WriteLog.
	SlowPath     = "/slow"     // It answers after n milliseconds.
	HangPath     = "/hang"     // From then on no request is answered.
	ExitPath     = "/exit"     // It ends with exit code n.
)

func newHandler() http.Handler {
	var (
		started = strconv.FormatInt(time.Now().UnixNano(), 10)
		hangs   atomic.Bool
		mux     = http.NewServeMux()
	)

	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, started) })
	mux.HandleFunc(FactsPath, func(w http.ResponseWriter, _ *http.Request) { answer(w, look()) })
	mux.HandleFunc(DialPath, func(w http.ResponseWriter, r *http.Request) {
		var addresses []string
		if err := json.NewDecoder(r.Body).Decode(&addresses); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)

			return
		}

		answer(w, dialAll(r.Context(), addresses))
	})
	mux.HandleFunc(ResolvePath, func(w http.ResponseWriter, r *http.Request) { answer(w, resolve(r.Context())) })
	mux.HandleFunc(BurnPath, func(w http.ResponseWriter, r *http.Request) { answer(w, burn(milliseconds(r))) })
	mux.HandleFunc(CrowdPath, func(w http.ResponseWriter, r *http.Request) { answer(w, beCrowded(r.Context(), number(r))) })
	mux.HandleFunc(FillPath, func(w http.ResponseWriter, r *http.Request) { answer(w, fill(number(r))) })
	mux.HandleFunc(AllocatePath, func(http.ResponseWriter, *http.Request) { allocate() })
	mux.HandleFunc(WritePath, func(http.ResponseWriter, *http.Request) { writeLog() })
	mux.HandleFunc(SlowPath, func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println(SlowLine) //nolint:forbidigo // It is the app's log.
		time.Sleep(milliseconds(r))
	})
	mux.HandleFunc(HangPath, func(http.ResponseWriter, *http.Request) { hangs.Store(true) })
	mux.HandleFunc(ExitPath, func(_ http.ResponseWriter, r *http.Request) { os.Exit(int(number(r))) })

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hangs.Load() {
			<-r.Context().Done()

			return
		}

		mux.ServeHTTP(w, r)
	})
}

// number is the n of a request.
func number(r *http.Request) int64 {
	n, _ := strconv.ParseInt(r.URL.Query().Get("n"), 10, 64)

	return n
}

func milliseconds(r *http.Request) time.Duration { return time.Duration(number(r)) * time.Millisecond }

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) //nolint:errchkjson // Whoever went away does not read it.
}
