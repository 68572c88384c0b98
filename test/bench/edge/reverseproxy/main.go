// Command reverseproxy is net/http's ReverseProxy, with nothing around it.
//
//	reverseproxy LISTEN APP READER LISTEN-TLS CHAIN KEY
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
	if len(os.Args) != 7 { //nolint:mnd // The program, four addresses and two files.
		fmt.Fprintln(os.Stderr, "usage: reverseproxy LISTEN APP READER LISTEN-TLS CHAIN KEY")
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
	encrypted := &http.Server{Addr: os.Args[4], Handler: proxy, ReadHeaderTimeout: server.ReadHeaderTimeout, ErrorLog: proxy.ErrorLog}
	ended := make(chan error)

	go func() { ended <- server.ListenAndServe() }()
	go func() { ended <- encrypted.ListenAndServeTLS(os.Args[5], os.Args[6]) }()

	fmt.Fprintln(os.Stderr, <-ended)
	os.Exit(1)
}
