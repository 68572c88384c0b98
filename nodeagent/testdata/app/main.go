// Command app is what the tests of the node agent deploy. MODE says how it behaves.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	switch len(os.Args) {
	case 3:
		abandon(os.Args[2])
	case 4:
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
	case "ipv6":
		listener, err := net.Listen("tcp6", "[::]:"+os.Getenv("PORT"))
		if err != nil {
			log.Fatal(err)
		}

		log.Fatal(http.Serve(listener, http.HandlerFunc(answer)))
	case "host":
		log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), http.HandlerFunc(checkHost)))
	case "appends":
		for _, path := range []string{"/etc/hosts", "/etc/resolv.conf", "/etc/hostname"} {
			file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				log.Fatal(err)
			}

			fmt.Fprintln(file, "# appended")
			file.Close()
		}
	case "burst":
		noise := strings.Repeat("noise\n", 1000)
		for range 100 {
			fmt.Print(noise)
		}

		fmt.Println("DATABASE_URL is not set")
		os.Exit(3)
	case "crash":
		fmt.Fprintln(os.Stderr, "cannot find the database")
		os.Exit(3)
	case "full":
		log.Fatal(fill("/filled"))
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
	case "graceful":
		go tellSignals()
	}

	fmt.Println("listening on", os.Getenv("PORT"))

	server = &http.Server{Addr: ":" + os.Getenv("PORT"), Handler: http.HandlerFunc(answer)}
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}

	time.Sleep(time.Hour)
}

// server stops at /hang, and the app does not end.
var server *http.Server

// fill appends to a file until that fails, and to half a gigabyte at most.
func fill(path string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()

	block := bytes.Repeat([]byte("x"), 1<<20)
	for range 512 {
		if _, err := file.Write(block); err != nil {
			return err
		}
	}

	return file.Sync()
}

// tellSignals says which signals come, and ends with an exit code of its own at SIGTERM.
func tellSignals() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGTERM)

	for received := range signals {
		fmt.Println("got", received)

		if received == syscall.SIGTERM {
			os.Exit(42)
		}
	}
}

// abandon starts a command that lasts that long, writes its process id, and ends before it.
func abandon(duration string) {
	child := exec.Command("/app", "command", duration, "0")
	if err := child.Start(); err != nil {
		log.Fatal(err)
	}

	fmt.Print(child.Process.Pid)
	os.Exit(0)
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

// checkHost answers as an app that knows which hosts it serves.
func checkHost(w http.ResponseWriter, r *http.Request) {
	if r.Host != "shop.zeitwork.app" || r.Header.Get("X-Forwarded-Proto") != "https" {
		http.Error(w, "Invalid HTTP_HOST header", http.StatusBadRequest)
	}
}

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
	case r.URL.Path == "/hang":
		go server.Shutdown(context.Background())
	case r.URL.Path == "/long-line":
		fmt.Println(strings.Repeat("x", 1<<20))
		fmt.Println("after the long line")
	case r.URL.Path == "/abandon":
		pid, err := exec.Command("/app", "abandon", r.URL.Query().Get("duration")).Output()
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)

			return
		}

		_, _ = w.Write(pid)
	case r.URL.Path == "/file":
		content, err := os.ReadFile(r.URL.Query().Get("path"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)

			return
		}

		_, _ = w.Write(content)
	case r.URL.Path == "/fill":
		_, _ = fmt.Fprint(w, fill(r.URL.Query().Get("path")))
	case r.URL.Path == "/delete":
		_, _ = fmt.Fprint(w, os.Remove(r.URL.Query().Get("path")))
	case r.URL.Path == "/environment":
		fmt.Fprint(w, os.Getenv(r.URL.Query().Get("name")))
	default:
		fmt.Fprint(w, started.UnixNano())
	}
}
