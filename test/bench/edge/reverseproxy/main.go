// Command reverseproxy is net/http's ReverseProxy, with nothing around it.
//
//	reverseproxy LISTEN APP READER
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"time"
)

func main() {
	if len(os.Args) != 4 { //nolint:mnd // The program and three addresses.
		fmt.Fprintln(os.Stderr, "usage: reverseproxy LISTEN APP READER")
		os.Exit(2)
	}

	app, reader := &url.URL{Scheme: "http", Host: os.Args[2]}, &url.URL{Scheme: "http", Host: os.Args[3]}
	transport := &http.Transport{MaxIdleConnsPerHost: 512, DisableCompression: true} //nolint:mnd // As many as nginx keeps.

	proxy := &httputil.ReverseProxy{
		Transport: transport, FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0),
		Rewrite: func(r *httputil.ProxyRequest) {
			if r.SetURL(app); r.In.URL.Path != "/" && !strings.HasPrefix(r.In.URL.Path, "/100") {
				r.SetURL(reader)
			}

			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
	}

	server := &http.Server{Addr: os.Args[1], Handler: proxy, ReadHeaderTimeout: 10 * time.Second} //nolint:mnd // As the edge has it.
	if err := server.ListenAndServe(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
