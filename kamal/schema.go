package kamal

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// Complaints are what Kamal 2.12 would not take in a configuration, each with its place.
func Complaints(config map[string]any) []string { return root()("", config) }

// options is a key of several parts of the configuration.
const options = "options"

var (
	texts   = listOf(text)
	labels  = mapOf(text)
	servers = listOf(either(text, mapOf(either(text, texts))))
	logging = fields(map[string]check{"driver": text, options: anything})
)

func root() check {
	return fields(map[string]check{
		"service": text, "image": text, "labels": labels, "volumes": texts, "registry": registry(), "env": environment(true),
		"servers":    either(servers, mapOf(either(servers, role()))),
		"asset_path": text, "hooks_path": text, "hooks_output": either(text, mapOf(text)), "secrets_path": text, "error_pages_path": text,
		"require_destination": truth, "primary_role": text, "allow_empty_roles": truth, "retain_containers": number, "minimum_version": text,
		"readiness_delay": number, "deploy_timeout": number, "drain_timeout": number, "stop_timeout": number, "run_directory": text,
		"builder": builder(), "accessories": mapOf(accessory()), "proxy": either(truth, proxy()), "logging": logging, "aliases": aliases,
		"ssh": fields(map[string]check{
			"user": text, "port": text, "proxy": text, "proxy_command": text, "log_level": text, "keys_only": truth, "keys": texts, "key_data": texts,
			"config": either(truth, text, texts), "forward_agent": truth,
		}),
		"sshkit": fields(map[string]check{"max_concurrent_starts": number, "pool_idle_timeout": number, "dns_retries": number}),
		"boot":   fields(map[string]check{"limit": text, "wait": number, "parallel_roles": truth}),
		"output": fields(map[string]check{"otel": fields(map[string]check{"endpoint": text}), "file": fields(map[string]check{"path": text})}),
	}, needs("service", "image", "servers"))
}

func role() check {
	return fields(map[string]check{
		"hosts": servers, "cmd": text, "stop_timeout": number, options: anything, "logging": logging, "proxy": either(truth, proxy()),
		"labels": labels, "env": environment(false), "asset_path": text,
	}, reservedLabels)
}

func accessory() check {
	path := either(text, fields(map[string]check{"local": text, "remote": text, "mode": text, "owner": text, options: text}))

	return fields(map[string]check{
		"service": text, "image": text, "registry": registry(), "host": text, "hosts": texts, "role": text, "roles": texts, "tag": text, "tags": texts,
		"cmd": text, "port": text, "labels": labels, options: anything, "env": environment(false), "files": listOf(path), "directories": listOf(path),
		"volumes": texts, "network": text, "proxy": proxy(),
	}, reservedLabels, needs("image"), oneOf("host", "hosts", "role", "roles", "tag", "tags"))
}

func proxy() check {
	return fields(map[string]check{
		"host": text, "hosts": texts, "app_port": number, "ssl": either(truth, fields(map[string]check{"certificate_pem": text, "private_key_pem": text},
			needs("certificate_pem", "private_key_pem"))),
		"ssl_redirect": truth, "forward_headers": truth, "response_timeout": number, "path_prefix": text, "path_prefixes": texts, "strip_path_prefix": truth,
		"healthcheck": fields(map[string]check{"interval": number, "path": text, "timeout": number}),
		"buffering": fields(map[string]check{
			"requests": truth, "responses": truth, "max_request_body": number, "max_response_body": number, "memory": number,
		}),
		"logging": fields(map[string]check{"request_headers": texts, "response_headers": texts}),
		"run": fields(map[string]check{
			"http_port": number, "https_port": number, "metrics_port": number, "debug": truth, "log_max_size": text, "publish": truth, "bind_ips": texts,
			"registry": text, "repository": text, "version": text, options: anything,
		}),
	}, func(at string, found map[string]any) []string {
		if found["ssl"] != nil && found["ssl"] != false && found["host"] == nil && found["hosts"] == nil {
			return wrong(at, "ssl needs a host")
		}

		if found["host"] != nil && found["hosts"] != nil {
			return wrong(at, "specify one of host or hosts")
		}

		return nil
	})
}

func registry() check {
	one := either(text, listOf(text))

	return fields(map[string]check{"server": text, "username": one, "password": one}, func(at string, found map[string]any) []string {
		if server, _ := found["server"].(string); strings.HasPrefix(server, "localhost") {
			return nil
		}

		return needs("username", "password")(at, found)
	})
}

func builder() check {
	return fields(map[string]check{
		"arch": either(text, texts), "remote": text, "local": truth, "pack": fields(map[string]check{"builder": text, "buildpacks": texts}),
		"cache": fields(map[string]check{"type": text, options: text, "image": text}), "context": text, "dockerfile": text, "target": text,
		"args": anything, "secrets": texts, "ssh": text, "driver": text, "provenance": text, "sbom": text,
	}, needs("arch"))
}

// environment takes variables by name, or divided into clear, secret and, at the root alone, tags.
func environment(atRoot bool) check {
	divided := map[string]check{"clear": mapOf(text), "secret": texts}
	if atRoot {
		divided["tags"] = mapOf(environment(false))
	}

	return func(at string, value any) []string {
		found, _ := value.(map[string]any)
		if found["clear"] == nil && found["secret"] == nil && found["tags"] == nil {
			return mapOf(text)(at, value)
		}

		return fields(divided)(at, value)
	}
}

var aliasName = regexp.MustCompile(`^[a-z0-9_-]+$`)

func aliases(at string, value any) []string {
	found, _ := value.(map[string]any)

	return append(mapOf(text)(at, value), lo.FlatMap(slices.Sorted(maps.Keys(found)), func(name string, _ int) []string {
		if aliasName.MatchString(name) {
			return nil
		}

		return wrong(at+"/"+name, "an alias has lowercase letters, digits, dashes and underscores alone")
	})...)
}

func needs(keys ...string) func(at string, found map[string]any) []string {
	return func(at string, found map[string]any) []string {
		return lo.FlatMap(keys, func(key string, _ int) []string {
			if found[key] != nil {
				return nil
			}

			return wrong(at+"/"+key, "is required")
		})
	}
}

func oneOf(keys ...string) func(at string, found map[string]any) []string {
	return func(at string, found map[string]any) []string {
		if lo.CountBy(keys, func(key string) bool { return found[key] != nil }) == 1 {
			return nil
		}

		return wrong(at, "specify one of "+strings.Join(keys, ", "))
	}
}

func reservedLabels(at string, found map[string]any) []string {
	given, _ := found["labels"].(map[string]any)

	return lo.FlatMap([]string{"destination", "role", "service"}, func(name string, _ int) []string {
		if given[name] == nil {
			return nil
		}

		return wrong(at+"/labels/"+name, "is a label of Kamal's own")
	})
}
