"""A schema registry for the workloads in Avro: the schema of orders under a hundred ids."""
import http.server
import json
import re
import threading


class Schemas:
    """As a context: the registry listens; `descriptors` are Protobuf's."""

    def __init__(self, said):
        schema, self.descriptors = said.splitlines()
        body = json.dumps({"schema": schema}).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                found = re.match(r"/schemas/ids/(\d+)(\?|$)", self.path)
                is_known = found is not None and 1 <= int(found.group(1)) <= 100
                answer = body if is_known else b'{"error_code":40403,"message":"Schema not found"}'
                self.send_response(200 if is_known else 404)
                self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
