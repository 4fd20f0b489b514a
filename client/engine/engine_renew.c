/* A new certificate is asked for when the present one grows old. */
#include "client/engine/engine_private.h"

enum status
engine_renew(struct engine *engine, struct bytes csr, int64_t due_ms)
{
	engine->renew_at_ms = due_ms;
	buffer_clear(&engine->csr);
	return buffer_append(&engine->csr, csr);
}

enum status
renew_pump(struct engine *engine, struct error *err)
{
	int64_t hub_ms =
	    (int64_t)engine->now_ms - engine->status.clock_error_ms;
	struct certificate_message message;
	enum status status;

	message.der = buffer_view(&engine->csr);
	if (message.der.size == 0 || engine->renewing ||
	    hub_ms < engine->renew_at_ms)
		return STATUS_OK;
	engine->renewing = true;
	status =
	    message_certificate_message_encode(&message, &engine->body, err);
	if (status == STATUS_OK)
		status = engine_send(engine, FRAME_RENEW, err);
	return status;
}
