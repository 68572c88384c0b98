// Command app is what the tests of the node agent deploy. MODE says how it behaves.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) == 4 {
		command(os.Args[2], os.Args[3])
	}

	switch os.Getenv("MODE") {
	case "never":
		time.Sleep(time.Hour)
	case "stubborn-never":
		signal.Ignore(syscall.SIGTERM)
		time.Sleep(time.Hour)
	case "other":
		log.Fatal(http.ListenAndServe(":8081", http.HandlerFunc(answer)))
	case "localhost":
		log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(answer)))
	case "crash":
		fmt.Fprintln(os.Stderr, "cannot find the database")
		os.Exit(3)
	case "signal":
		_ = syscall.Kill(os.Getpid(), syscall.SIGABRT)
	case "memory":
		var kept [][]byte
		for {
			block := make([]byte, 1<<20)
			for i := range block {
				block[i] = 1
			}

			kept = append(kept, block)
		}
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
	}

	fmt.Println("listening on", os.Getenv("PORT"))
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), http.HandlerFunc(answer)))
}

// command runs for a duration and ends with an exit code.
func command(duration, code string) {
	fmt.Println("begins as", os.Getenv("MODE")+os.Getenv("PORT"))

	lasts, err := time.ParseDuration(duration)
	if err != nil {
		log.Fatal(err)
	}

	time.Sleep(lasts)
	fmt.Println("ends")

	number, err := strconv.Atoi(code)
	if err != nil {
		log.Fatal(err)
	}

	os.Exit(number)
}

var started = time.Now()

func answer(w http.ResponseWriter, r *http.Request) {
	switch {
	case os.Getenv("MODE") == "500":
		http.Error(w, "broken", http.StatusInternalServerError)
	case os.Getenv("MODE") == "redirect":
		http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
	case r.URL.Path == "/dial":
		connection, err := net.DialTimeout("tcp", r.URL.Query().Get("address"), 2*time.Second)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)

			return
		}

		_ = connection.Close()
	case r.URL.Path == "/long-line":
		fmt.Println(strings.Repeat("x", 1<<20))
		fmt.Println("after the long line")
	case r.URL.Path == "/file":
		content, err := os.ReadFile(r.URL.Query().Get("path"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)

			return
		}

		_, _ = w.Write(content)
	case r.URL.Path == "/environment":
		fmt.Fprint(w, os.Getenv(r.URL.Query().Get("name")))
	default:
		fmt.Fprint(w, started.UnixNano())
	}
}
