package edge

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/test/rig"
)

const nginxName = "nginx"

// nginxConfig is what app and proxy have in common: as many workers as processors, and no log.
const nginxConfig = `daemon off;
user root;
pid {{.Home}}/{{.Name}}.pid;
worker_processes auto;
error_log stderr crit;
events { worker_connections 20000; }
http {
  access_log off;
  keepalive_timeout 120;
  keepalive_requests 1000000000;
  sendfile on;
  tcp_nodelay on;
  client_body_temp_path {{.Home}}/{{.Name}}.body;
  proxy_temp_path {{.Home}}/{{.Name}}.proxy;
  fastcgi_temp_path {{.Home}}/{{.Name}}.fastcgi;
  uwsgi_temp_path {{.Home}}/{{.Name}}.uwsgi;
  scgi_temp_path {{.Home}}/{{.Name}}.scgi;
  client_max_body_size 0;
`

const appConfig = nginxConfig + `
  server {
    listen {{.Address}} reuseport backlog=4096;
    root {{.Home}}/files;
    location = / { default_type text/plain; return 200 "Hello, world!\n"; }
  }
}
`

// proxyConfig has what nginx's documentation asks for of a proxy with kept connections, the headers that an app behind a proxy needs, and answers and bodies
// passed on while they arrive, as the edge does it.
const proxyConfig = nginxConfig + `
  upstream app { server {{.App}}; keepalive 512; keepalive_requests 1000000000; }
  upstream reader { server {{.Reader}}; keepalive 512; keepalive_requests 1000000000; }
  server {
    listen {{.Address}} reuseport backlog=4096;
    listen {{.Encrypted}} ssl http2 reuseport backlog=4096;
    ssl_certificate {{.Chain}};
    ssl_certificate_key {{.Key}};
    ssl_session_cache shared:bench:10m;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Request-Id $request_id;
    proxy_request_buffering off;
    proxy_max_temp_file_size 0;
    location / { proxy_set_header Connection ""; proxy_pass http://app; }
    location = /echo { proxy_set_header Connection upgrade; proxy_set_header Upgrade $http_upgrade; proxy_pass http://reader; }
    location = /upload { proxy_set_header Connection ""; proxy_pass http://reader; }
  }
}
`

// nginx starts an nginx that listens on an address.
func (s *stage) nginx(ctx context.Context, name, address, config string, values map[string]string) (*process.Process, error) {
	all := map[string]string{"Home": string(s.home), "Name": name, "Address": address}
	maps.Copy(all, values)

	file, err := s.write(name+".conf", config, all)
	if err != nil {
		return nil, err
	}

	return s.run(ctx, name, address, nil, "/usr/sbin/nginx", "-e", "stderr", "-c", file)
}

func (s *stage) startNginx(ctx context.Context) (*proxy, error) {
	plain, encrypted, err := freeAddresses(ctx)
	if err != nil {
		return nil, err
	}

	started, err := s.nginx(ctx, nginxName, plain, proxyConfig, map[string]string{
		"App": s.app, "Reader": s.reader, "Encrypted": encrypted, "Chain": s.certificate.chainFile, "Key": s.certificate.keyFile,
	})

	return &proxy{http: plain, https: encrypted, process: started}, err
}

const haproxyConfig = `global
  maxconn 16000
  no strict-limits
  nbthread {{.Processors}}
defaults
  mode http
  timeout connect 5s
  timeout client 120s
  timeout server 120s
  option http-keep-alive
  http-reuse always
frontend in
  bind {{.Address}} backlog 4096
  bind {{.Encrypted}} backlog 4096 ssl crt {{.Both}} alpn h2,http/1.1
  maxconn 16000
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Real-IP %[src]
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Request-Id %[uuid]
  use_backend reader if { path /echo /upload }
  default_backend app
backend app
  server app {{.App}}
backend reader
  server reader {{.Reader}}
`

func (s *stage) startHAProxy(ctx context.Context) (*proxy, error) {
	plain, encrypted, err := freeAddresses(ctx)
	if err != nil {
		return nil, err
	}

	file, err := s.write("haproxy.cfg", haproxyConfig, map[string]string{
		"Address": plain, "Encrypted": encrypted, "Both": s.certificate.bothFile, "App": s.app, "Reader": s.reader, "Processors": strconv.Itoa(processors()),
	})
	if err != nil {
		return nil, err
	}

	started, err := s.run(ctx, "haproxy", plain, nil, "/usr/sbin/haproxy", "-db", "-f", file)

	return &proxy{http: plain, https: encrypted, process: started}, err
}

// startReverseProxy starts net/http's ReverseProxy.
func (s *stage) startReverseProxy(ctx context.Context) (*proxy, error) {
	plain, encrypted, err := freeAddresses(ctx)
	if err != nil {
		return nil, err
	}

	program := filepath.Join(string(s.home), "reverseproxy")
	if _, err := rig.Run(exec.CommandContext(ctx, "go", "build", "-o", program, "github.com/zeitwork/zeitwork/test/bench/edge/reverseproxy")); err != nil {
		return nil, err
	}

	started, err := s.run(ctx, "reverseproxy", plain, os.Environ(), program,
		plain, s.app, s.reader, encrypted, s.certificate.chainFile, s.certificate.keyFile)

	return &proxy{http: plain, https: encrypted, process: started}, err
}
