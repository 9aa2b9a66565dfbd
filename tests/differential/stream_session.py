"""A Spark session that is quick with thousands of tiny streaming queries, one after another."""

import tempfile
from pathlib import Path

from pyspark.sql import SparkSession

HERE = Path(__file__).resolve().parent
MEMORY = Path("/dev/shm")
CHECKPOINTS = "org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager"
LOGGERS = "org.apache.logging.log4j.core.selector.BasicContextSelector"  # does not walk the stack for each logger
# Move filters below a watermark, so that it does not see the rows that they drop: listed in docs/semantics.md.
MOVING_RULES = ["PushDownPredicates", "PushPredicateThroughNonJoin", "PushDownLeftSemiAntiJoin"]
QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}
QUICK = {
    "spark.sql.shuffle.partitions": "1",
    "spark.driver.memory": "2g",
    # Compiling takes longer than the few rows.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.buffer.pageSize": "1m",  # else each little hash table takes 64 MB
    "spark.shuffle.compress": "false",
    "spark.broadcast.compress": "false",
    # Nobody looks at plans.
    "spark.sql.lightweightPlanChangeValidation": "false",
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.maxPlanStringLength": "100",
    "spark.sql.ui.retainedExecutions": "5",
    "spark.ui.retainedJobs": "5",
    "spark.ui.retainedStages": "5",
    "spark.ui.liveUpdate.period": "-1",
    "spark.sql.streaming.checkpointFileManagerClass": CHECKPOINTS,
}
# For topologies that nobody starts again.
ONCE = {
    "spark.sql.streaming.checkpoint.fileChecksum.enabled": "false",
    "spark.sql.streaming.stateStore.stateSchemaCheck": "false",
    "spark.sql.streaming.minBatchesToRetain": "2",
    "spark.sql.optimizer.excludedRules": ",".join(f"org.apache.spark.sql.catalyst.optimizer.{rule}" for rule in MOVING_RULES),
}
# What a topology may set for its query, and what it is for the next one.
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.streaming.multipleWatermarkPolicy": "min",
}


def start(more):
    """A local session with one core; its files are in memory where there is such a folder."""
    if MEMORY.is_dir():
        tempfile.tempdir = str(MEMORY)
    java = f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmn600m -Dlog4j2.contextSelector={LOGGERS}"
    builder = SparkSession.builder.master("local[1]").config("spark.local.dir", tempfile.gettempdir())
    builder = builder.config("spark.driver.extraJavaOptions", f"{java} -Djava.io.tmpdir={tempfile.gettempdir()}")
    for key, value in {**QUIET, **QUICK, **SETTINGS, **more}.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    use_plain_files(spark)
    return spark


def use_plain_files(spark):
    compiler = spark._jvm.org.codehaus.janino.SimpleCompiler()
    compiler.setParentClassLoader(spark._jvm.Thread.currentThread().getContextClassLoader())
    compiler.cook((HERE / "PlainFileSystem.java").read_text())
    files = compiler.getClassLoader().loadClass("PlainFileSystem").newInstance()
    files.install(spark._jsc.hadoopConfiguration())


class ProgramRun:
    """Executes an exported program in a session that exists, and takes what it prints."""

    def __init__(self, spark):
        self.spark = spark
        self.lines = []
        for key, value in SETTINGS.items():
            spark.conf.set(key, value)

    def execute(self, program):
        program = program.replace("SparkSession.builder", "builder")
        names = {"__name__": "__main__", "builder": Builder(self.spark), "print": self.take}
        try:
            exec(compile(program, "exported", "exec"), names)
        finally:
            for query in self.spark.streams.active:
                query.stop()

    def take(self, line, flush=False):
        self.lines.append(line)

    def output(self):
        return "\n".join(self.lines)


class Builder:
    """Stands for SparkSession.builder, and gives the session that is there."""

    def __init__(self, spark):
        self.spark = spark

    def appName(self, _):
        return self

    def config(self, key, value):
        self.spark.conf.set(key, value)
        return self

    def getOrCreate(self):
        return self.spark
