#include <ruby.h>
#include <libpq-fe.h>
#include <mysql.h>

static VALUE versions(VALUE self) {
  return rb_ary_new_from_args(2, INT2NUM(PQlibVersion()), ULONG2NUM(mysql_get_client_version()));
}

void Init_clients(void) {
  rb_define_singleton_method(rb_define_module("Clients"), "versions", versions, 0);
}
