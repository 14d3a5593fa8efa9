import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.JsonProperties;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.storage.Converter;

/**
 * Writes what a source connector gives as Avro in a registry's frame, with the names and properties that Confluent's
 * converter gives (connect.name, connect.parameters, decimals as bytes): for tests, which have that one not.
 */
public final class AvroConverter implements Converter {
    private static final class Written {
        org.apache.avro.Schema schema;
        int id;
    }

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<Schema, Written> known = new IdentityHashMap<>();
    private String url;
    private String suffix;

    @Override
    public void configure(Map<String, ?> settings, boolean isKey) {
        url = (String) settings.get("registry.url");
        suffix = isKey ? "-key" : "-value";
    }

    @Override
    public SchemaAndValue toConnectData(String topic, byte[] value) {
        throw new UnsupportedOperationException("only for connectors that read a database");
    }

    @Override
    public synchronized byte[] fromConnectData(String topic, Schema schema, Object value) {
        if (value == null) return null;
        try {
            Written written = known.get(schema);
            if (written == null) {
                written = new Written();
                written.schema = schemaOf(schema, new HashMap<>());
                written.id = register(topic + suffix, written.schema.toString());
                known.put(schema, written);
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream frame = new DataOutputStream(bytes);
            frame.writeByte(0);
            frame.writeInt(written.id);
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
            new GenericDatumWriter<Object>(written.schema).write(valueOf(schema, written.schema, value), encoder);
            encoder.flush();
            return bytes.toByteArray();
        } catch (Exception error) {
            throw new RetriableException("Avro for " + topic + ": " + error, error);
        }
    }

    private int register(String subject, String schema) throws Exception {
        String text = schema.replace("\\", "\\\\").replace("\"", "\\\"");
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/subjects/" + subject + "/versions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"schema\":\"" + text + "\"}")).build();
        HttpResponse<String> reply = http.send(request, HttpResponse.BodyHandlers.ofString());
        String digits = reply.body().replaceAll(".*\"id\"\\s*:\\s*(\\d+).*", "$1");
        if (reply.statusCode() != 200 || !digits.matches("\\d+")) throw new IllegalStateException(reply.body());
        return Integer.parseInt(digits);
    }

    // Schemas. A name that is there twice is one record.

    private org.apache.avro.Schema schemaOf(Schema schema, Map<String, org.apache.avro.Schema> named) {
        org.apache.avro.Schema plain = plainOf(schema, named);
        if (!schema.isOptional()) return plain;
        return org.apache.avro.Schema.createUnion(
            org.apache.avro.Schema.create(org.apache.avro.Schema.Type.NULL), plain);
    }

    private org.apache.avro.Schema plainOf(Schema schema, Map<String, org.apache.avro.Schema> named) {
        org.apache.avro.Schema found;
        switch (schema.type()) {
            case STRUCT:
                String name = schema.name().replaceAll("[^A-Za-z0-9_.]", "_");
                if (named.containsKey(name)) return named.get(name);
                found = org.apache.avro.Schema.createRecord(name, null, null, false);
                named.put(name, found);
                List<org.apache.avro.Schema.Field> fields = new ArrayList<>();
                for (Field field : schema.fields()) {
                    fields.add(new org.apache.avro.Schema.Field(
                        field.name(), schemaOf(field.schema(), named), null,
                        field.schema().isOptional() ? JsonProperties.NULL_VALUE : null));
                }
                found.setFields(fields);
                break;
            case ARRAY:
                found = org.apache.avro.Schema.createArray(schemaOf(schema.valueSchema(), named));
                break;
            case MAP:
                found = org.apache.avro.Schema.createMap(schemaOf(schema.valueSchema(), named));
                break;
            default:
                found = org.apache.avro.Schema.create(typeOf(schema.type()));
        }
        if (schema.name() != null) found.addProp("connect.name", schema.name());
        if (schema.version() != null) found.addProp("connect.version", schema.version());
        if (schema.parameters() != null) found.addProp("connect.parameters", schema.parameters());
        if (Decimal.LOGICAL_NAME.equals(schema.name())) {
            found.addProp("logicalType", "decimal");
            found.addProp("scale", Integer.parseInt(schema.parameters().get(Decimal.SCALE_FIELD)));
            found.addProp(
                "precision", Integer.parseInt(schema.parameters().getOrDefault("connect.decimal.precision", "64")));
        }
        return found;
    }

    private static org.apache.avro.Schema.Type typeOf(Schema.Type type) {
        switch (type) {
            case INT8: case INT16: case INT32: return org.apache.avro.Schema.Type.INT;
            case INT64: return org.apache.avro.Schema.Type.LONG;
            case FLOAT32: return org.apache.avro.Schema.Type.FLOAT;
            case FLOAT64: return org.apache.avro.Schema.Type.DOUBLE;
            case BOOLEAN: return org.apache.avro.Schema.Type.BOOLEAN;
            case STRING: return org.apache.avro.Schema.Type.STRING;
            default: return org.apache.avro.Schema.Type.BYTES;
        }
    }

    // Values.

    private Object valueOf(Schema schema, org.apache.avro.Schema avro, Object value) {
        if (value == null) return null;
        org.apache.avro.Schema plain = avro.isUnion() ? avro.getTypes().get(1) : avro;
        switch (schema.type()) {
            case STRUCT:
                GenericData.Record record = new GenericData.Record(plain);
                for (Field field : schema.fields()) {
                    record.put(field.name(), valueOf(
                        field.schema(), plain.getField(field.name()).schema(), ((Struct) value).get(field)));
                }
                return record;
            case ARRAY:
                List<Object> values = new ArrayList<>();
                for (Object each : (List<?>) value) {
                    values.add(valueOf(schema.valueSchema(), plain.getElementType(), each));
                }
                return values;
            case MAP:
                Map<String, Object> map = new HashMap<>();
                for (Map.Entry<?, ?> each : ((Map<?, ?>) value).entrySet()) {
                    map.put((String) each.getKey(), valueOf(
                        schema.valueSchema(), plain.getValueType(), each.getValue()));
                }
                return map;
            case INT8: case INT16: return ((Number) value).intValue();
            case BYTES:
                if (value instanceof BigDecimal) return ByteBuffer.wrap(((BigDecimal) value).unscaledValue().toByteArray());
                return value instanceof byte[] ? ByteBuffer.wrap((byte[]) value) : value;
            default: return value;
        }
    }
}
