# The production image: web, worker, clock and management commands. No embedded servers, no development tools.
FROM python:3.13-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements-uv.txt requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements-uv.txt \
 && uv venv /venv \
 && uv pip install --python /venv/bin/python --no-cache --require-hashes --only-binary :all: -r requirements.txt
COPY . .
RUN /venv/bin/python -m lantern_site.translations \
 && /venv/bin/python manage.py collectstatic --no-input --verbosity 0

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home lantern && install --directory --owner lantern --mode 700 /index /checkpoint
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
USER lantern
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", \
     "--workers", "2", "--blocking-threads", "4", "--workers-kill-timeout", "10", "lantern_site.wsgi:application"]
