# Looks for the clients of Postgres and MySQL as the gems pg and mysql2 do.
require "mkmf"

pg_config = find_executable("pg_config") or abort "pg_config is missing"
dir_config("pg", `#{pg_config} --includedir`.chomp, `#{pg_config} --libdir`.chomp)
have_library("pq", "PQlibVersion", "libpq-fe.h") or abort "libpq is missing"

mysql_config = find_executable("mysql_config") || find_executable("mariadb_config") or abort "mysql_config is missing"
$INCFLAGS += " " + `#{mysql_config} --include`.chomp
$libs = `#{mysql_config} --libs`.chomp + " " + $libs
have_header("mysql.h") or abort "mysql.h is missing"

create_makefile("clients/clients")
